//! The collector's codes, with their statuses and texts.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    Success,
    TokenDisabled,
    TokenRequired,
    InvalidAuthorization,
    InvalidToken,
    NoData,
    InvalidFormat,
    IncorrectIndex,
    InternalError,
    Busy,
    ChannelMissing,
    InvalidChannel,
    EventRequired,
    EventBlank,
    AckDisabled,
    IndexedFields,
    QueryAuthorization,
    Healthy,
    HealthInvalidToken,
    HealthTokenDisabled,
    NearlyFull,
    QueueFull,
    ChannelMissingCloud,
}

impl Code {
    /// Number, HTTP status, the collector's text, and what it means for a person.
    fn row(self) -> (u8, u16, &'static str, &'static str) {
        match self {
            Code::Success => (0, 200, "Success", ""),
            Code::TokenDisabled => (1, 403, "Token disabled", "The token is switched off."),
            Code::TokenRequired => (
                2,
                401,
                "Token is required",
                "The header Authorization is missing.",
            ),
            Code::InvalidAuthorization => (
                3,
                401,
                "Invalid authorization",
                "Authorization must read `Splunk <token>`.",
            ),
            Code::InvalidToken => (4, 403, "Invalid token", "The token is not known here."),
            Code::NoData => (5, 400, "No data", "The body holds no event."),
            Code::InvalidFormat => (
                6,
                400,
                "Invalid data format",
                "The body is not JSON objects back to back.",
            ),
            Code::IncorrectIndex => (
                7,
                400,
                "Incorrect index",
                "The index is not one the token may write to.",
            ),
            Code::InternalError => (8, 500, "Internal server error", "Told to fail."),
            Code::Busy => (9, 503, "Server is busy", "Told to be busy."),
            Code::ChannelMissing => (
                10,
                400,
                "Data channel is missing",
                "A token with acknowledgement needs the header X-Splunk-Request-Channel.",
            ),
            Code::InvalidChannel => (
                11,
                400,
                "Invalid data channel",
                "The channel is not a GUID.",
            ),
            Code::EventRequired => (
                12,
                400,
                "Event field is required",
                "An object has no key `event`.",
            ),
            Code::EventBlank => (
                13,
                400,
                "Event field cannot be blank",
                "The `event` of an object is blank.",
            ),
            Code::AckDisabled => (
                14,
                400,
                "ACK is disabled",
                "The token has no acknowledgement.",
            ),
            Code::IndexedFields => (
                15,
                400,
                "Error in handling indexed fields",
                "The `fields` of an object are not flat.",
            ),
            Code::QueryAuthorization => (
                16,
                400,
                "Query string authorization is not enabled",
                "The token must be in the header Authorization, not in the address.",
            ),
            Code::Healthy => (17, 200, "HEC is healthy", ""),
            Code::HealthInvalidToken => (21, 400, "Invalid token", "The token is not known here."),
            Code::HealthTokenDisabled => (22, 400, "Token disabled", "The token is switched off."),
            // Recalled: the text.
            Code::NearlyFull => (24, 200, "HEC queue is approaching capacity", ""),
            Code::QueueFull => (
                26,
                429,
                "HEC queue at capacity",
                "Told to have a full queue.",
            ),
            // Recalled in part: the end of the text.
            Code::ChannelMissingCloud => (
                28,
                400,
                "Data channel is missing. Configure a data channel or use sticky session load \
                 balancers",
                "A token with acknowledgement needs the header X-Splunk-Request-Channel.",
            ),
        }
    }

    pub fn number(self) -> u8 {
        self.row().0
    }

    pub fn status(self) -> u16 {
        self.row().1
    }

    pub fn text(self) -> &'static str {
        self.row().2
    }

    pub fn explained(self) -> &'static str {
        self.row().3
    }
}
