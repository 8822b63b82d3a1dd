//! The evaluation as text or JSON.

use super::eval::Evaluation;
use super::metrics::Measures;
use std::io::Write;

/// Writes it.
pub fn write(out: &mut impl Write, evaluation: &Evaluation, json: bool) -> anyhow::Result<()> {
    if json {
        serde_json::to_writer_pretty(&mut *out, evaluation)?;
        writeln!(out)?;
        return Ok(());
    }
    let Some(first) = evaluation.rules.first() else { return Ok(()) };
    let Measures { pairs, contacts, .. } = first.measures;
    let learnt = match &evaluation.left_out {
        Some(what) => format!("learnt without the {what} that is judged"),
        None => "nothing left out".to_owned(),
    };
    writeln!(out, "{pairs} directed pairs, {contacts} contacts (15 min within 2 m); {learnt}")?;
    writeln!(out, "the model calls a contact from a probability of {:.3} on\n", evaluation.threshold)?;
    writeln!(
        out,
        "{:<26} {:>5} {:>5} {:>5} {:<13} {:>5} {:>5}  against {} (95 %)",
        "rule", "miss", "false", "nDCF", "  95 %", "AUC", "ECE", evaluation.reference
    )?;
    for rule in &evaluation.rules {
        let (m, i) = (&rule.measures, &rule.intervals);
        writeln!(
            out,
            "{:<26} {:>5.3} {:>5.3} {:>5.3} [{:.2}, {:.2}]  {:>5.3} {:>5.3}  [{:+.3}, {:+.3}]",
            rule.name,
            m.miss,
            m.false_rate,
            m.ndcf,
            i.ndcf.low,
            i.ndcf.high,
            m.auc,
            m.ece,
            i.ndcf_difference.low,
            i.ndcf_difference.high,
        )?;
    }
    for rule in &evaluation.rules {
        writeln!(out, "\n{} ({})", rule.name, rule.about)?;
        for (scene, m) in &rule.scenes {
            let scene = if scene.is_empty() { "(no scene)" } else { scene };
            writeln!(
                out,
                "  {scene:<22} {:>5} pairs {:>4} contacts  miss {}  false {}  nDCF {}  AUC {}",
                m.pairs,
                m.contacts,
                number(m.miss),
                number(m.false_rate),
                number(m.ndcf),
                number(m.auc),
            )?;
        }
    }
    Ok(())
}

/// What cannot be measured is a dash.
fn number(value: f64) -> String {
    if value.is_finite() { format!("{value:.3}") } else { "  -  ".to_owned() }
}
