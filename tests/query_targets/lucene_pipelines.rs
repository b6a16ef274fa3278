//! Built-in pipelines of `lucene`: what becomes of a rule's fields in Elastic's schema.

use super::query_with;

fn zeek(source: &str, items: &str) -> Result<String, String> {
    let rule = format!(
        "logsource: {{product: zeek, {source}}}\ndetection:\n  selection:\n    {items}\n  condition: selection\n"
    );
    query_with("lucene", "default", &["ecs_zeek"], &rule)
}

#[test]
fn logs_of_zeek_have_the_names_filebeat_gives_them() {
    for (source, written, expected) in [
        (
            "service: conn",
            "{id.orig_h: a, proto: tcp}",
            "event.dataset:zeek.connection AND (source.ip:a AND network.transport:tcp)",
        ),
        ("service: conn", "conn_state: S0", "event.dataset:zeek.connection AND zeek.connection.state:S0"),
        ("service: conn", "history: a", "event.dataset:zeek.connection AND zeek.connection.history:a"),
        (
            "service: dns",
            "{query: a, qtype_name: MX}",
            "event.dataset:zeek.dns AND (dns.question.name:a AND dns.question.type:MX)",
        ),
        ("category: dns", "answers: a", "event.dataset:zeek.dns AND zeek.dns.answers:a"),
        ("category: proxy", "cs-host: a", "event.dataset:zeek.http AND (url.domain:a OR destination.domain:a)"),
        ("service: http", "user_agent: a", "event.dataset:zeek.http AND user_agent.original:a"),
        (
            "service: smb_files",
            "{path: a, times.modified: b}",
            "event.dataset:zeek.smb_files AND (zeek.smb_files.path:a AND zeek.smb_files.times.modified:b)",
        ),
        ("service: kerberos", "error_msg: a", "event.dataset:zeek.kerberos AND zeek.kerberos.error.msg:a"),
        (
            "service: x509",
            "certificate.key_alg: a",
            "event.dataset:zeek.x509 AND zeek.x509.certificate.key.algorithm:a",
        ),
        ("service: smb_files", "zeek.session_id: a", "event.dataset:zeek.smb_files AND zeek.session_id:a"),
    ] {
        assert_eq!(zeek(source, written).as_deref(), Ok(expected), "{source}: {written}");
    }
    for (source, written, expected) in [
        (
            "service: conn",
            "orig_bytes: 5",
            "Filebeat keeps the lengths with headers alone, and the duration in nanoseconds (field `orig_bytes`)",
        ),
        ("service: ssl", "subject: a", "Filebeat takes the names in a certificate apart (field `subject`)"),
        ("service: modbus", "func: a", "Filebeat's module for Zeek has no known fields for this log"),
    ] {
        let expected = format!("{expected} (pipeline Elastic Common Schema, logs of Zeek from Filebeat)");
        assert_eq!(zeek(source, written), Err(expected), "{source}: {written}");
    }
}
