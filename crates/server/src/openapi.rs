//! The description of the device API and the published files, at `/openapi.json`.
//!
//! Routes describe themselves (`#[utoipa::path]` beside each handler). The bodies are described here, because the types
//! that read and write them belong to `bluezone-protocol`, which knows nothing of HTTP; a test holds both together.

use utoipa::OpenApi;

/// Title and contact of the description; the paths come from the routers.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bluezone device API",
        description = "How a phone publishes its diagnosis keys, and where it downloads those of others. The formats are \
                       those of the Exposure Notification verification and key servers. Every answer of a device endpoint \
                       has one size and leaves at a multiple of a fixed time, dummies (X-Chaff) and refusals included.",
        license(name = "Apache-2.0 OR MIT"),
    ),
    tags(
        (name = "device", description = "From a one-time code to published keys"),
        (name = "published", description = "Files that anybody may fetch and cache"),
        (name = "operation", description = "For operators"),
    )
)]
pub struct ApiDoc;

/// The bodies as documented.
pub mod schema {
    use serde::Serialize;
    use utoipa::{IntoParams, ToSchema};

    /// Marks a dummy request.
    #[derive(IntoParams, Serialize)]
    #[into_params(parameter_in = Header)]
    pub struct Chaff {
        /// Any value: the request is a dummy, answered alike and stored nowhere.
        #[param(rename = "X-Chaff", required = false)]
        pub x_chaff: Option<String>,
    }

    /// What a code stands for.
    #[derive(ToSchema, Serialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum TestType {
        /// A positive laboratory test.
        Confirmed,
        /// A clinician's judgement.
        Likely,
        /// A negative test: withdraws keys published before.
        Negative,
        /// The owner's own report.
        UserReport,
        /// No finding: a close contact of a case (F1).
        Contact,
    }

    /// A one-time code for a token.
    #[derive(ToSchema, Serialize)]
    pub struct VerifyRequest {
        /// 8 digits, or the 32 characters of a link.
        #[schema(example = "12345678")]
        pub code: String,
        /// Test types this phone can handle; empty means all but `contact`. `likely` includes `confirmed`, `negative` both.
        #[schema(required = false)]
        pub accept: Vec<TestType>,
        /// At least 16, better 256 random bytes, base64. A retry with the same nonce gets the same token.
        #[schema(required = false)]
        pub nonce: String,
        /// Filler, to 2048 bytes in all.
        #[schema(required = false)]
        pub padding: String,
    }

    /// The token.
    #[derive(ToSchema, Serialize)]
    pub struct VerifyResponse {
        /// What the code stands for.
        pub testtype: TestType,
        /// Onset of symptoms, `YYYY-MM-DD`; absent if not known.
        #[serde(rename = "symptomDate")]
        #[schema(required = false)]
        pub symptom_date: String,
        /// Day of the test, `YYYY-MM-DD`; absent if not known.
        #[serde(rename = "testDate")]
        #[schema(required = false)]
        pub test_date: String,
        /// Of a `contact`: the first day whose keys may be published, `YYYY-MM-DD`; otherwise absent.
        #[serde(rename = "publishFrom")]
        #[schema(required = false)]
        pub publish_from: String,
        /// For `/api/certificate`; a JSON Web Token (ES256), opaque to the phone.
        pub token: String,
        /// Filler.
        pub padding: String,
    }

    /// A token for a certificate.
    #[derive(ToSchema, Serialize)]
    pub struct CertificateRequest {
        /// From `/api/verify`.
        pub token: String,
        /// HMAC-SHA256 over the keys, base64: over `key.start.period.risk` of each, sorted by the key's base64, joined
        /// with commas.
        pub ekeyhmac: String,
        /// Filler, to 2048 bytes in all.
        #[schema(required = false)]
        pub padding: String,
    }

    /// The certificate.
    #[derive(ToSchema, Serialize)]
    pub struct CertificateResponse {
        /// For `/v1/publish`; a JSON Web Token (ES256), opaque to the phone.
        pub certificate: String,
        /// Filler.
        pub padding: String,
    }

    /// A refusal of `/api/verify` or `/api/certificate`.
    #[derive(ToSchema, Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ErrorResponse {
        /// For a person, in English.
        pub error: String,
        /// For a program.
        #[schema(example = "code_invalid")]
        pub error_code: String,
        /// Filler.
        pub padding: String,
    }

    /// One key to publish.
    #[derive(ToSchema, Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct PublishedKey {
        /// 16 bytes, base64.
        pub key: String,
        /// First 10-minute interval since 1970 it was used in.
        #[schema(example = 2_833_344)]
        pub rolling_start_number: u32,
        /// Intervals it was used for.
        #[schema(minimum = 1, maximum = 144)]
        pub rolling_period: u32,
        /// 0: the server decides.
        #[schema(minimum = 0, maximum = 8, required = false)]
        pub transmission_risk: u8,
    }

    /// Keys under a certificate.
    #[derive(ToSchema, Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct PublishRequest {
        /// Not overlapping, but up to 3 may start together.
        #[schema(min_items = 1, max_items = 30)]
        pub temporary_exposure_keys: Vec<PublishedKey>,
        /// Whose verification server made the certificate.
        #[serde(rename = "healthAuthorityID")]
        pub health_authority_id: String,
        /// The certificate of `/api/certificate`.
        pub verification_payload: String,
        /// The key of the HMAC, base64. `hmackey` is accepted too.
        pub hmac_key: String,
        /// Interval in which symptoms began, if the owner says so and the certificate does not.
        #[schema(required = false)]
        pub symptom_onset_interval: u32,
        /// Whether the owner was abroad.
        #[schema(required = false)]
        pub traveler: bool,
        /// From the answer to an earlier publication of these keys.
        #[schema(required = false)]
        pub revision_token: String,
        /// Filler, to 8192 bytes in all.
        #[schema(required = false)]
        pub padding: String,
    }

    /// Where requests for a person's history reach this phone.
    #[derive(ToSchema, Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Mailbox {
        /// X25519 key that requests are sealed to, 32 bytes, base64.
        pub request_key: String,
        /// By which the phone finds entries about itself in the log, 32 bytes, base64.
        pub handle: String,
    }

    /// What a phone tells because its owner said yes.
    #[derive(ToSchema, Serialize)]
    pub struct ConsentRequest {
        /// An upload, sealed to a unit and to the keeper (docs/transparency.md), base64. Empty if only a mailbox is left.
        #[schema(required = false)]
        pub upload: String,
        /// From `/api/verify`, if an officer gave a code.
        #[schema(required = false)]
        pub token: String,
        /// With an answer to a request: SHA-256("bluezone/answer/v1\n" || salt of the request's details || hash of the upload), base64.
        #[schema(required = false)]
        pub answers: String,
        /// If its owner lets themselves be asked. Without an upload it needs a token.
        #[schema(required = false)]
        pub mailbox: Option<Mailbox>,
        /// SHA-256 of the secret by which this can be taken back, base64.
        #[schema(required = false)]
        pub withdrawal: String,
        /// Filler, to 131072 bytes in all.
        #[schema(required = false)]
        pub padding: String,
    }

    /// Takes back what was sent with a withdrawal hash.
    #[derive(ToSchema, Serialize)]
    pub struct WithdrawRequest {
        /// The 32 bytes whose SHA-256 was sent, base64.
        pub secret: String,
        /// Filler, to 131072 bytes in all.
        #[schema(required = false)]
        pub padding: String,
    }

    /// Stored, or gone.
    #[derive(ToSchema, Serialize)]
    pub struct ConsentResponse {
        /// Filler.
        pub padding: String,
    }

    /// A place or a vehicle, for who checks in.
    #[derive(ToSchema, Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct PlaceAnswer {
        /// What it is called.
        #[schema(example = "Chợ Thái")]
        pub name: String,
        /// Whether it is a vehicle.
        pub vehicle: bool,
        /// How long people usually stay, seconds.
        #[schema(example = 7200)]
        pub dwell_s: i64,
        /// Reads the place's warnings in the files under `/exports/places/` (docs/places.md), 32 bytes, base64.
        pub key: String,
    }

    /// What came of a publication.
    #[derive(ToSchema, Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct PublishResponse {
        /// To be kept: only with it can these keys be revised. Opaque to the phone.
        #[schema(required = false)]
        pub revision_token: String,
        /// Keys stored or revised.
        pub inserted_exposures: u32,
        /// For a person, in English; absent if all is well.
        #[schema(required = false)]
        pub error: String,
        /// For a program; absent if all is well.
        #[schema(required = false)]
        pub code: String,
        /// What was left out.
        #[schema(required = false)]
        pub warnings: Vec<String>,
        /// Filler.
        pub padding: String,
    }
}
