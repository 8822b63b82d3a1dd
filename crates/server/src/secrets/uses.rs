//! What secrets are used for. Each use has a label of its own, from which its key is derived: a label never changes.

/// What a sealed value is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seal {
    /// The private half of a signing key.
    SigningKey,
    /// A verification token waiting for a retry of the request that made it.
    Token,
    /// The answer to a publication, waiting for a retry.
    PublishAnswer,
    /// The list of keys inside a revision token.
    RevisionToken,
    /// An officer's TOTP secret.
    TotpSecret,
    /// A one-time code on its way to the page that shows it once.
    ShownOnce,
    /// The private half of the log's key.
    LogKey,
    /// The private half of a unit's key.
    UnitKey,
    /// The handle by which a phone finds itself in the log.
    Handle,
    /// What a person sent, opened.
    Opened,
    /// What a request tells only the person who is asked.
    Details,
    /// Where a contact met the people they named.
    Listing,
    /// A telephone number that waits for its code.
    WaitingNumber,
    /// The database's proof of which master key it was made with.
    Proof,
}

impl Seal {
    pub(super) fn label(self) -> &'static [u8] {
        match self {
            Seal::SigningKey => b"bluezone seal signing-key",
            Seal::Token => b"bluezone seal token",
            Seal::PublishAnswer => b"bluezone seal publish-answer",
            Seal::RevisionToken => b"bluezone seal revision-token",
            Seal::TotpSecret => b"bluezone seal totp-secret",
            Seal::ShownOnce => b"bluezone seal shown-once",
            Seal::LogKey => b"bluezone seal log-key",
            Seal::UnitKey => b"bluezone seal unit-key",
            Seal::Handle => b"bluezone seal handle",
            Seal::Opened => b"bluezone seal opened",
            Seal::Details => b"bluezone seal details",
            Seal::Listing => b"bluezone seal listing",
            Seal::WaitingNumber => b"bluezone seal waiting-number",
            Seal::Proof => b"bluezone seal proof",
        }
    }
}

/// What a keyed hash is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hashed {
    /// A one-time code.
    Code,
    /// The secret of a link by which a contact names others.
    Listing,
    /// The tracking code of a report, from its identifier.
    Tracking,
    /// Such a code, by which the report is found.
    TrackingCode,
    /// The network address that a report came from.
    Reporter,
    /// What tells apart those named through one link.
    Named,
    /// The network address that such a link was tried from.
    Lister,
    /// The nonce by which a phone asks for the same token again.
    Nonce,
    /// The network address that a guess came from.
    Source,
    /// The network address that an upload came from.
    Uploader,
    /// An officer's session token.
    Session,
    /// The token that ties a console form to a session.
    Form,
    /// The network address that a place was asked about from.
    Visitor,
    /// What makes the entries of a file of place warnings.
    PlaceEntry,
    /// The token of a browser in which an officer has signed in.
    Browser,
    /// The ticket of a half-done sign-in with a passkey or elsewhere.
    Ceremony,
    /// What names a session in a form.
    SessionName,
    /// A citizen's session token.
    CitizenSession,
    /// A declaration of a citizen, by the key of its form.
    Declaration,
    /// The secret of a declaration whose sender's number is not confirmed yet.
    WaitingDeclaration,
    /// The network address that such a declaration came from; and the number that its code goes to.
    WaitingSource,
    /// A telephone number that text messages went to, and for what.
    TextedNumber,
    /// A code in a text message.
    TextedCode,
    /// The network address that a code from a text message was typed at.
    TextGuesser,
    /// Who sends files with a form: a network address, or an account.
    Attacher,
    /// The network address that a text message was asked for from.
    Texter,
    /// A citizen's account, as their browser knows it.
    BrowserAccount,
    /// A visit out of a form that checks in several people.
    VisitOfForm,
    /// A report that somebody makes a contact of.
    Reported,
    /// A passkey for an account that has none, so that nobody can tell.
    NoPasskey,
}

impl Hashed {
    pub(super) fn label(self) -> &'static [u8] {
        match self {
            Hashed::Code => b"bluezone hash code",
            Hashed::Listing => b"bluezone hash listing",
            Hashed::Tracking => b"bluezone hash tracking",
            Hashed::TrackingCode => b"bluezone hash tracking-code",
            Hashed::Reporter => b"bluezone hash reporter",
            Hashed::Named => b"bluezone hash named",
            Hashed::Lister => b"bluezone hash lister",
            Hashed::Nonce => b"bluezone hash nonce",
            Hashed::Source => b"bluezone hash source",
            Hashed::Uploader => b"bluezone hash uploader",
            Hashed::Session => b"bluezone hash session",
            Hashed::Form => b"bluezone hash form",
            Hashed::Visitor => b"bluezone hash visitor",
            Hashed::PlaceEntry => b"bluezone hash place-entry",
            Hashed::Browser => b"bluezone hash browser",
            Hashed::Ceremony => b"bluezone hash ceremony",
            Hashed::SessionName => b"bluezone hash session-name",
            Hashed::CitizenSession => b"bluezone hash citizen-session",
            Hashed::Declaration => b"bluezone hash declaration",
            Hashed::WaitingDeclaration => b"bluezone hash waiting-declaration",
            Hashed::WaitingSource => b"bluezone hash waiting-source",
            Hashed::TextedNumber => b"bluezone hash texted-number",
            Hashed::TextedCode => b"bluezone hash texted-code",
            Hashed::TextGuesser => b"bluezone hash text-guesser",
            Hashed::Attacher => b"bluezone hash attacher",
            Hashed::Texter => b"bluezone hash texter",
            Hashed::BrowserAccount => b"bluezone hash browser-account",
            Hashed::VisitOfForm => b"bluezone hash visit-of-form",
            Hashed::Reported => b"bluezone hash reported",
            Hashed::NoPasskey => b"bluezone hash no-passkey",
        }
    }
}
