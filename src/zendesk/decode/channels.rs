//! The channels that Zendesk has names for, and the numbers of old tickets for them.
//!
//! Names and numbers: Zendesk's "Via types" reference and the via object reference.

use crate::ticket::Channel;

/// The channel with this name. A known name is not copied; any other must be an identifier.
pub(super) fn by_name(name: &str) -> Channel {
    KNOWN
        .iter()
        .find(|known| **known == name)
        .map_or_else(|| Channel::parse(name), |known| Channel::from_static(known))
}

/// The channel with this via type number, as in old tickets.
pub(super) fn by_number(number: i64) -> Channel {
    let name = match number {
        0 | 17 | 20 | 27 | 42 => "web",
        4 => "email",
        5 | 31 | 36 | 39 | 40 | 44..=46 => "api",
        8 | 62 => "rule",
        23 | 26 | 30 => "twitter",
        24 => "forum",
        29 => "chat",
        33..=35 => "voice",
        37 | 57 | 61 => "sms",
        38 | 41 => "facebook",
        48 => "web_widget",
        49 => "mobile_sdk",
        50 => "help_center",
        51 | 52 => "sample_ticket",
        55 => "any_channel",
        56 => "mobile",
        68 => "symphony",
        69 => "side_conversation",
        70 => "answer_bot",
        71 => "omnichannel",
        72 => "line",
        73 => "wechat",
        74 => "whatsapp",
        75 => "native_messaging",
        76 => "mailgun",
        77 => "messagebird_sms",
        78 => "sunshine_conversations_facebook_messenger",
        79 => "telegram",
        80 => "twilio_sms",
        81 => "viber",
        82 => "google_rcs",
        83 => "apple_business_chat",
        84 => "google_business_messages",
        85 => "kakaotalk",
        86 => "instagram_dm",
        87 => "sunshine_conversations_api",
        88 => "sunshine_conversations_twitter_dm",
        89 => "chat_offline_message",
        90 => "chat_transcript",
        91 => "business_messaging_slack_connect",
        _ => return Channel::OTHER,
    };
    Channel::from_static(name)
}

/// The frequent ones first, so that most tickets need few comparisons.
const KNOWN: &[&str] = &[
    "web",
    "email",
    "api",
    "chat",
    "voice",
    "native_messaging",
    "mobile",
    "web_widget",
    "mobile_sdk",
    "help_center",
    "sms",
    "whatsapp",
    "facebook",
    "twitter",
    "any_channel",
    "sample_ticket",
    "side_conversation",
    "answer_bot",
    "line",
    "wechat",
    "instagram_dm",
    "telegram",
    "viber",
    "apple_business_chat",
    "google_business_messages",
    "google_rcs",
    "kakaotalk",
    "sunshine_conversations_api",
    "sunshine_conversations_facebook_messenger",
    "sunshine_conversations_twitter_dm",
    "twilio_sms",
    "messagebird_sms",
    "mailgun",
    "chat_offline_message",
    "chat_transcript",
    "business_messaging_slack_connect",
    "symphony",
    "omnichannel",
    "forum",
    "rule",
    "system",
    "ticket_sharing",
    "closed_ticket",
];
