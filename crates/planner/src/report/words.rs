//! The report's words.

use bluezone_pages::{Lang, Text, text, unbroken};

use crate::plan::Lever;

text! {
    TITLE, "Càng nhiều người cài, càng nhiều người được bảo vệ: {place}", "The more install, the more are protected: {place}";
    LEAD, "Kế hoạch ứng phó {disease}: điều gì xảy ra trong {days} ngày, tùy theo bao nhiêu người cài Bluezone. Tính bằng mô hình, không phải dự báo.",
        "Planning for {disease}: what would happen within {days} days, depending on how many install Bluezone. Computed with a model; not a forecast.";
    IN_SHORT, "Tóm tắt", "In short";
    SHORT_NONE, "Ở mức thấp nhất của bảng ({adoption} dân số cài), {infected} người nhiễm ({share} dân số), {deaths} người tử vong.",
        "At the lowest step of the table ({adoption} of the people have the app), {infected} people are infected ({share} of all) and {deaths} die.";
    SHORT_STEP, "Với {adoption} dân số cài: so với {lowest}, tránh được {averted} ca nhiễm ({low} đến {high}), tức {share}.",
        "With {adoption} of the people, compared with {lowest}: {averted} infections are averted ({low} to {high}), {share} of them.";
    SHORT_PRICE, "Cái giá: {days} ngày cách ly, trong đó {needless} là của người không nhiễm.",
        "The price: {days} days of isolation, of which people who were not infected spend {needless}.";
    SHORT_SHAPE, "Lợi ích tăng nhanh dần: cả người cảnh báo lẫn người được cảnh báo đều phải có ứng dụng. Mức cài thấp chỉ giúp ít; đừng dừng ở đó.",
        "The benefit grows ever faster, because both the one who warns and the one who is warned need the app. Low adoption helps little; do not stop there.";
    SHORT_DIED_OUT, "Dịch tắt trong vòng {days} ngày, tức không còn ai lây được cho người khác khi chưa đến một phần mười số người có thể nhiễm đã nhiễm: {steps}.",
        "The outbreak died out within {days} days, so that nobody could infect others any more before a tenth of those who could be infected had been: {steps}.";
    DIED_OUT_STEP, "với {adoption} dân số cài, trong {count} trên {runs} lần chạy", "with {adoption} of the people having the app, in {count} of {runs} runs";
    RESTS_ON, "Dựa trên những giả định nào", "What this rests on";
    CANNOT, "Những gì mô hình này không nói được", "What this cannot tell";
    PEOPLE_CENSUS, "{people} dân ({former}), theo Tổng điều tra 2019", "{people} people ({former}), census of 2019";
    PEOPLE_GIVEN, "{people} dân ({former}), theo kịch bản", "{people} people ({former}), as the scenario says";
    AGES_PROJECTED, "; tuổi theo dự báo của Tổng cục Thống kê.", "; ages as projected by the General Statistics Office.";
    AGES_GIVEN, "; tuổi theo kịch bản hoặc bộ số liệu “{society}”.", "; ages as the scenario or its set \"{society}\" says.";
    SCALE, " Mỗi người trong mô hình đại diện cho {scale} người.", " One person in the model stands for {scale}.";
    ASSUME_START, "{infected} người nhiễm vào ngày 0: {agents} người trong mô hình, đại diện cho {stand} người của tỉnh.",
        "{infected} people infected on day 0: {agents} people in the model, who stand for {stand} of the province.";
    START_ALONE, " Sau đó không có ca nào từ nơi khác đến.", " Nobody is infected from elsewhere afterwards.";
    START_MORE, " Như vậy là nhiều hơn số đã ghi: bắt đầu với ít người hơn, dịch trong mô hình dễ tự tắt do may rủi.",
        " These are more than were asked for: begun with fewer, the outbreaks of the model would die out by chance.";
    ASSUME_IMMUNE, "Miễn dịch ngay từ đầu, theo tuổi (0–9, 10–19, …, từ 80): {ages}.", "Immune from the start, by age (0–9, 10–19, …, 80 and over): {ages}.";
    ASSUME_CHANGED, "Khác với bộ số liệu “{set}”: {fields}.", "Other than in the set \"{set}\": {fields}.";
    ASSUME_DISEASE, "Bệnh: {disease}. Người nhiễm trong những ngày đầu lây cho {r} người khác khi {adoption} dân số cài.",
        "Disease: {disease}. Whoever is infected in the first days infects {r} others when {adoption} of the people have the app.";
    ASSUME_CONTACTS, "Tiếp xúc: {contacts} lượt mỗi ngày ngoài gia đình (bộ số liệu “{society}”). Hộ gia đình được dựng lại từ quy mô hộ và tuổi; không có mẫu hộ thực.",
        "Contacts: {contacts} a day outside the household (set \"{society}\"). Households are made up from sizes and ages; there is no sample of real ones.";
    ASSUME_COSTS, "Ngày công: mỗi ca có triệu chứng mất {illness} ngày, mỗi ca tử vong thêm {death} ngày, mỗi ngày nằm viện hay cách ly oan là một ngày.",
        "Days lost: {illness} with each case that has symptoms, {death} more with each death, one with each day in hospital or of needless isolation.";
    ASSUME_FREE, "Không tính chi phí đóng cửa trường học và nơi làm việc, xét nghiệm, người truy vết: khi tính hòa vốn, những việc này coi như không mất gì.",
        "What closed schools and work places, tests and tracers cost is not counted: where it says that something breaks even, these are free.";
    LIMIT_FORECAST, "Đây không phải dự báo. So sánh giữa các mức cài đáng tin hơn từng con số riêng lẻ.",
        "This is no forecast. Differences between steps are more reliable than any number by itself.";
    LIMIT_COVID, "Các con số về COVID-19 lấy từ Anh năm 2020 (được kiểm chứng với OpenABM-Covid19).",
        "The numbers of COVID-19 are those of the United Kingdom of 2020 (validated against OpenABM-Covid19).";
    LIMIT_PHONES, "Năm 2022, 73,5 % người lớn Việt Nam có điện thoại thông minh. Mức cài trên khoảng 55 % dân số chỉ có được nếu phát thiết bị cho người chưa có.",
        "In 2022, 73.5 % of Vietnam's adults had a smartphone. More than about 55 % of the population is out of reach without devices for those who have none.";
    LIMIT_PLACE, "Không có địa lý: người ta gặp nhau khắp tỉnh. Khoanh vùng chỉ hạn chế tiếp xúc của người sống trong đó.",
        "There is no geography: people meet all over the province. A closed zone limits the contacts of whoever lives there.";
    LIMIT_MIXING, "Mô hình chỉ biết mỗi lứa tuổi có bao nhiêu lượt tiếp xúc (số trung bình của các ma trận tiếp xúc), không biết gặp người ở lứa tuổi nào: ở nhà, ở trường và nơi làm thì theo cách dựng nên những nơi ấy, ở nơi khác thì mọi lứa tuổi gặp nhau như nhau. Điều gì phụ thuộc vào đó, như việc đóng cửa trường, thì kém chắc chắn hơn.",
        "The model knows how many contacts each age has (the means of contact matrices) and not with which ages: at home, at school and at work these follow from how such places are made up, elsewhere all ages meet alike. What depends on it, such as closing schools, is less certain.";
    LIMIT_INTERVAL, "Khoảng trong ngoặc chứa 95 % các lần chạy ({seeds} lần). Nó chỉ cho thấy may rủi, không cho thấy sai số của các giả định.",
        "Ranges in brackets hold 95 % of the runs ({seeds} of them). They show chance alone, not how wrong the assumptions may be.";
    LIMIT_BEHAVIOUR, "Hành vi không đổi theo tình hình dịch, trừ khi kịch bản nói vậy.",
        "People do not change what they do as the outbreak grows, unless the scenario says so.";
    CURVES, "Số ca nhiễm mới mỗi ngày", "New infections a day";
    CURVES_NOTE, "Theo phần dân số đã cài. Đường: trung bình; nền xám: 95 % các lần chạy của mức thấp nhất và cao nhất.",
        "By the share of people with the app. Line: mean; shade: 95 % of the runs of the lowest and the highest.";
    AVERTED, "Số ca nhiễm tránh được theo mức cài", "Infections averted by adoption";
    AVERTED_NOTE, "So với {lowest} dân số cài, từng lần chạy một.", "Compared with {lowest} of the people, run by run.";
    ADOPTION_AXIS, "dân số đã cài", "people with the app";
    DAY_AXIS, "ngày", "day";
    ISOLATION, "Ngày cách ly theo mức cài", "Days of isolation by adoption";
    ISOLATION_NOTE, "Đậm: người nhiễm; sọc: người không nhiễm, cách ly oan.", "Dark: of infected people; striped: of people who were not, needlessly.";
    REPRODUCTION, "Một người nhiễm lây cho mấy người (R), theo ngày nhiễm", "How many one infected person infects (R), by day of infection";
    REPRODUCTION_NOTE, "Dưới 1, dịch lùi. Trung bình 7 ngày; {days} ngày cuối chưa biết.", "Below 1 the outbreak recedes. Means of 7 days; the last {days} days are not known yet.";
    BY_STEP, "Từng mức cài", "Step by step";
    BY_STEP_NOTE, "“Tránh được” và “có lợi” là so với {lowest} dân số cài.", "What is averted, and from when on it pays, is compared with {lowest} of the people.";
    COL_ADOPTION, "Mức cài", "Adoption";
    COL_INFECTED, "Nhiễm", "Infected";
    COL_AVERTED, "Tránh được", "Averted";
    COL_DEATHS, "Tử vong", "Deaths";
    COL_HOSPITAL, "Nằm viện, lúc cao nhất", "In hospital, at most";
    COL_ISOLATED, "Lượt cách ly", "Times isolated";
    COL_NEEDLESS, "Trong đó oan", "Needlessly";
    COL_WARNED, "Được cảnh báo; trong đó nhiễm", "Warned; of them infected";
    COL_PAYS, "Có lợi từ ngày", "Pays from day";
    MEASURES, "Mỗi biện pháp đáng giá bao nhiêu", "What each measure is worth";
    MEASURES_NOTE, "Với {adoption} dân số cài: cùng những lần chạy đó, có và không có biện pháp. “Hòa vốn” là ngày kể từ đó số ngày công được cứu luôn nhiều hơn số ngày mất vì cách ly oan.",
        "With {adoption} of the people having the app: the same runs with and without the measure. It breaks even on the day from which on the days of work it saved are more than those it cost in needless isolation.";
    COL_MEASURE, "Biện pháp", "Measure";
    COL_PRICE, "Ngày cách ly thêm", "Isolation days added";
    COL_EACH, "Ngày cách ly oan cho mỗi ca tránh được", "Needless days for each infection averted";
    COL_BREAK_EVEN, "Hòa vốn", "Breaks even";
    DAY, "ngày {day}", "day {day}";
    NEVER, "không, trong {days} ngày", "not within {days} days";
    SAVES, "bớt ngày cách ly", "saves isolation";
    NOTHING, "–", "–";
    COMPARISON, "So sánh các kịch bản", "The scenarios beside each other";
    COL_DIFFERENCE, "Nhiễm, so với kịch bản đầu", "Infected, beside the first";
    DIFFERENCE_NOTE, "Cột cuối so từng lần chạy với lần chạy cùng hạt giống ngẫu nhiên của kịch bản đầu: chênh lệch trung bình và khoảng của 95 % các lần chạy.",
        "The last column sets each run beside that of the first scenario with the same chance: the mean difference, and the range of 95 % of the runs.";
    UNPAIRED, "Không so từng lần chạy được với kịch bản đầu, vì khác tỉnh, dân số, tiếp xúc, số người nhiễm ban đầu hoặc số người trong mô hình: {scenarios}.",
        "Not set beside the first run by run, because province, population, contacts, the people infected at the start or the number of people in the model differ: {scenarios}.";
    COL_SCENARIO, "Kịch bản", "Scenario";
    ABOUT, "Cách tính", "How it is computed";
    ABOUT_TEXT, "Mỗi người trong mô hình sống trong hộ gia đình, đi học hoặc đi làm và gặp người khác; bệnh diễn biến theo tuổi. Mỗi lần chạy có một hạt giống ngẫu nhiên, và các mức cài dùng chung hạt giống nên khác nhau chỉ vì biện pháp. plan.json giữ mọi tham số; runs.parquet giữ từng ngày của từng lần chạy. Nguồn của từng con số: crates/planner/parameters/parameters.toml.",
        "Everybody in the model lives in a household, goes to school or work and meets others; the disease takes its course by age. Each run has a seed of chance, and the steps share their seeds, so that they differ by the measures alone. plan.json holds every parameter, runs.parquet each day of each run. Where every number comes from: crates/planner/parameters/parameters.toml.";
    LANGUAGE, "Ngôn ngữ", "Language";
    COVID, "COVID-19", "COVID-19";
    MEASLES, "sởi", "measles";
    INFLUENZA, "cúm", "influenza";
    USUAL, "Kịch bản mặc định", "The usual scenario";
    APP, "Ứng dụng Bluezone", "The app";
    MANUAL, "Truy vết thủ công", "Tracing by people";
    SYMPTOMS, "Ở nhà khi có triệu chứng", "Home on symptoms";
    TESTS, "Xét nghiệm khi có triệu chứng hoặc được cảnh báo", "Tests on symptoms or a warning";
    DECLARATIONS, "Khai báo y tế", "Health declarations";
    HOUSEHOLDS, "Cách ly cả nhà", "Whole households";
    SECOND_RING, "Cảnh báo cả F2", "F2 warned too";
    VENUES, "Cảnh báo theo địa điểm", "Warnings by place";
    ZONES, "Khoanh vùng", "Closed zones";
    CLOSURES, "Đóng cửa trường, nơi làm", "Schools, work closed";
    MASKS, "Khẩu trang", "Masks";
}

/// A measure's name.
pub fn lever(lever: Lever) -> Text {
    match lever {
        Lever::App => APP,
        Lever::Manual => MANUAL,
        Lever::Symptoms => SYMPTOMS,
        Lever::Tests => TESTS,
        Lever::Declarations => DECLARATIONS,
        Lever::Households => HOUSEHOLDS,
        Lever::SecondRing => SECOND_RING,
        Lever::Venues => VENUES,
        Lever::Zones => ZONES,
        Lever::Closures => CLOSURES,
        Lever::Masks => MASKS,
    }
}

/// A disease's name.
pub fn disease(lang: Lang, code: &str) -> String {
    match code {
        "covid-19" => unbroken(COVID.get(lang)),
        "measles" => MEASLES.get(lang).to_owned(),
        "influenza" => INFLUENZA.get(lang).to_owned(),
        other => other.to_owned(),
    }
}

/// A number of people to three digits, the rest is chance: `1,230,000`, in Vietnamese `1.230.000`.
pub fn people(lang: Lang, value: f64) -> String {
    let magnitude = value.abs().max(1.0).log10().floor() as i32;
    let step = 10f64.powi((magnitude - 2).max(0));
    let rounded = (value / step).round() * step;
    let digits = bluezone_pages::time::number(lang, rounded.abs() as u64);
    if rounded < 0.0 { format!("−{digits}") } else { digits }
}

/// A number with so many places: `1.16`, in Vietnamese `1,16`.
pub fn decimal(lang: Lang, value: f64, places: usize) -> String {
    let text = format!("{value:.places$}").replace('-', "−");
    match lang {
        Lang::Vi => text.replace('.', ","),
        Lang::En => text,
    }
}

/// A share: `27 %`, which no line parts; below one in a hundred with two places.
pub fn percent(lang: Lang, share: f64) -> String {
    let value = share * 100.0;
    let whole = ((value - value.round()).abs() < 0.005 && value.abs() >= 1.0) || value == 0.0;
    let places = if whole {
        0
    } else if value.abs() < 1.0 {
        2
    } else {
        1
    };
    format!("{}\u{a0}%", decimal(lang, value, places))
}
