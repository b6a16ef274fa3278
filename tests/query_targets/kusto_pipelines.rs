//! Built-in pipelines of `kusto`: what becomes of a rule's fields in Microsoft's tables.

use super::query_with;

/// The query of one selection through a built-in pipeline, or the reason there is none.
fn through(pipeline: &str, logsource: &str, items: &str) -> Result<String, String> {
    let rule = format!("logsource: {{{logsource}}}\ndetection:\n  selection:\n    {items}\n  condition: selection\n");
    query_with("kusto", "default", &[pipeline], &rule)
}

/// The part of a query after its table.
fn filter(query: Result<String, String>) -> Result<String, String> {
    query.map(|query| query.split_once("| where ").map_or(query.clone(), |(_, filter)| filter.to_owned()))
}

#[test]
fn defender_has_a_column_for_each_field() {
    for (category, written, expected) in [
        ("process_creation", "Image|endswith: '\\a.exe'", r#"FolderPath endswith "\\a.exe""#),
        ("process_creation", "ParentImage: 'C:\\a.exe'", r#"InitiatingProcessFolderPath =~ "C:\\a.exe""#),
        ("process_creation", "GrandParentImage|endswith: '\\a.exe'", r#"InitiatingProcessParentFileName =~ "a.exe""#),
        (
            "process_creation",
            "User: 'NT AUTHORITY\\SYSTEM'",
            r#"AccountName =~ "SYSTEM" and AccountDomain =~ "NT AUTHORITY""#,
        ),
        (
            "process_creation",
            "User|contains: AUTHORI",
            r#"AccountName contains "AUTHORI" or AccountDomain contains "AUTHORI""#,
        ),
        ("process_creation", "User|neq: 'A\\b'", r#"(not(AccountName =~ "b")) or (not(AccountDomain =~ "A"))"#),
        ("process_creation", "User: root", r#"AccountName =~ "root""#),
        ("process_creation", "Hashes|contains: ['MD5=a', 'SHA256=b']", r#"MD5 =~ "a" or SHA256 =~ "b""#),
        ("process_creation", "ProcessId: '10'", "ProcessId == 10"),
        ("process_creation", "LogonId: '0x3e7'", "LogonId == 999"),
        ("process_creation", "ProcessVersionInfoProductVersion: 1.0a", r#"ProcessVersionInfoProductVersion =~ "1.0a""#),
        ("file_delete", "TargetFilename: a", r#"ActionType =~ "FileDeleted" and FolderPath =~ "a""#),
        ("network_connection", "Initiated: false", r#"ActionType =~ "InboundConnectionAccepted""#),
        ("network_connection", "DestinationPort: ['80', '443']", "RemotePort in (80, 443)"),
        ("registry_event", "TargetObject: 'HKLM\\a\\b'", r#"RegistryPath =~ "HKEY_LOCAL_MACHINE\\a\\b""#),
        ("registry_event", "TargetObject|contains: '\\Run\\'", r#"RegistryPath contains "\\Run\\""#),
        (
            "registry_event",
            "TargetObject|startswith: 'HKCU\\a'",
            r#"RegistryPath matches regex "(?is)^HKEY_CURRENT_USER.*\\\\a""#,
        ),
        (
            "registry_event",
            "TargetObject|contains: '\\System\\CurrentControlSet\\a'",
            r#"RegistryPath matches regex "(?is)\\\\System\\\\.*ControlSet.*\\\\a""#,
        ),
        ("registry_event", "Details: 'DWORD (0x00000001)'", r#"RegistryValueData =~ "1""#),
        ("registry_event", "Details|endswith: 'DWORD (0x00000001)'", r#"RegistryValueData =~ "1""#),
        ("registry_event", "Details: Binary Data", r#"RegistryValueType =~ "Binary""#),
        ("registry_event", "EventType: DeleteValue", r#"ActionType =~ "RegistryValueDeleted""#),
        (
            "registry_event",
            "EventID: [12, 13]",
            r#"ActionType in~ ("RegistryKeyCreated", "RegistryKeyDeleted", "RegistryValueDeleted", "RegistryValueSet")"#,
        ),
        ("image_load", "ImageLoaded: a", r#"FolderPath =~ "a""#),
    ] {
        let found = filter(through("microsoft_xdr", &format!("product: windows, category: {category}"), written));
        assert_eq!(found.as_deref(), Ok(expected), "{category}: {written}");
    }
}

#[test]
fn a_service_has_its_tables_by_event_id() {
    for (service, written, expected) in [
        (
            "sysmon",
            "{EventID: 1, Image: a}",
            "DeviceProcessEvents\n| where ActionType =~ \"ProcessCreated\" and FolderPath =~ \"a\"",
        ),
        (
            "security",
            "{EventID: 4624, LogonType: 3}",
            "DeviceLogonEvents\n| where ActionType =~ \"LogonSuccess\" and LogonType =~ \"Network\"",
        ),
        (
            "security",
            "{EventID: 4657, ObjectName: '\\REGISTRY\\MACHINE\\a'}",
            "DeviceRegistryEvents\n| where (ActionType in~ (\"RegistryValueSet\", \"RegistryValueDeleted\")) and RegistryKey =~ \"HKEY_LOCAL_MACHINE\\\\a\"",
        ),
    ] {
        let found = through("microsoft_xdr", &format!("product: windows, service: {service}"), written);
        assert_eq!(found.as_deref(), Ok(expected), "{service}: {written}");
    }
}

#[test]
fn what_defender_does_not_have_is_refused() {
    for (logsource, written, expected) in [
        (
            "category: process_creation",
            "CurrentDirectory: a",
            "DeviceProcessEvents has no such column (field `CurrentDirectory`)",
        ),
        (
            "category: image_load",
            "Description: a",
            "DeviceImageLoadEvents tells this of the process, not of the loaded file (field `Description`)",
        ),
        (
            "category: file_access",
            "FileName: a",
            "DeviceFileEvents has no events of files that are read, or of changed creation times",
        ),
        (
            "category: file_event",
            "ParentImage|contains: '\\Temp\\'",
            "Defender XDR's tables tell the file's name alone of the parent of the process (field `ParentImage`)",
        ),
        (
            "category: process_creation",
            "Hashes: IMPHASH=a",
            "`Hashes` has no hash of a kind the pipeline knows (MD5, SHA1, SHA256)",
        ),
        (
            "category: registry_set",
            "Details: 'DWORD (0x12345678)'",
            "DeviceRegistryEvents writes this number in another way, which is not known here (field `Details`)",
        ),
        (
            "service: sysmon",
            "EventID: [1, 11]",
            "the table of this log source in Defender XDR has no events of this id (field `EventID`)",
        ),
        (
            "service: security",
            "{EventID: 4624, LogonType: 9}",
            "DeviceLogonEvents has no logons of this type (field `LogonType`)",
        ),
        ("category: process_creation", "Hashes:", "the columns are MD5, SHA1 and SHA256 (field `Hashes`)"),
        ("category: process_creation", "User|re: a", "domain and name are columns of their own (field `User`)"),
        ("service: dhcp", "a: b", "Defender XDR has no known table for this log source"),
    ] {
        let found = through("microsoft_xdr", &format!("product: windows, {logsource}"), written);
        let expected = format!("{expected} (pipeline Microsoft Defender XDR)");
        assert_eq!(found, Err(expected), "{logsource}: {written}");
    }
}

#[test]
fn asim_has_a_field_for_each() {
    for (category, written, expected) in [
        ("process_creation", "Image: a", r#"TargetProcessName =~ "a""#),
        ("process_creation", "ParentImage: a", r#"ActingProcessName =~ "a""#),
        ("process_creation", "GrandParentImage: a", r#"ParentProcessName =~ "a""#),
        ("process_creation", "OriginalFileName: a", r#"TargetProcessFileOriginalName =~ "a""#),
        ("process_creation", "User: 'A\\b'", r#"TargetUsername =~ "A\\b""#),
        ("process_creation", "ProcessId: 10", r#"TargetProcessId =~ "10""#),
        ("process_creation", "LogonId: '0x3e7'", r#"TargetUserSessionId =~ "999""#),
        ("process_creation", "Hashes|contains: IMPHASH=a", r#"TargetProcessIMPHASH =~ "a""#),
        ("file_delete", "TargetFilename: a", r#"EventType =~ "FileDeleted" and TargetFilePath =~ "a""#),
        ("file_access", "Image: a", r#"EventType =~ "FileAccessed" and ActingProcessName =~ "a""#),
        ("file_access", "FileName|contains: a", r#"EventType =~ "FileAccessed" and TargetFilePath contains "a""#),
        ("network_connection", "Initiated: false", r#"NetworkDirection =~ "Inbound""#),
        ("network_connection", "DestinationIsIpv6: 'true'", r#"NetworkProtocolVersion =~ "IPv6""#),
        ("network_connection", "DestinationPort: '80'", "DstPortNumber == 80"),
        ("network_connection", "Image|neq: a", r#"(not(SrcProcessName =~ "a")) and (not(DstProcessName =~ "a"))"#),
        ("registry_event", "TargetObject: 'HKLM\\a\\b'", r#"RegistryPath =~ "HKEY_LOCAL_MACHINE\\a\\b""#),
        (
            "registry_event",
            "{TargetObject: a, Details: (Empty)}",
            r#"RegistryPath =~ "a" and (RegistryValueData in~ ("(Empty)", ""))"#,
        ),
        ("registry_event", "Details: 'DWORD (0x00000001)'", r#"RegistryValueData in~ ("DWORD (0x00000001)", "1")"#),
        ("proxy", "c-uri|contains: a", r#"Url contains "a""#),
        ("webserver", "cs-uri-query: a=b", r#"Url endswith "a=b""#),
        ("webserver", "cs-uri-stem: /a", r#"Url endswith "/a" or Url contains "/a?""#),
        ("webserver", "cs-uri-stem|contains: /a", r#"Url contains "/a""#),
        ("proxy", "c-uri-extension: exe", r#"Url endswith ".exe" or Url contains ".exe?""#),
        ("webserver", "sc-status: 404", r#"HttpStatusCode =~ "404""#),
    ] {
        let found = filter(through("sentinel_asim", &format!("product: windows, category: {category}"), written));
        assert_eq!(found.as_deref(), Ok(expected), "{category}: {written}");
    }
}

#[test]
fn asim_has_logons_with_and_without_a_domain() {
    for (written, expected) in [
        (
            "{EventID: 4625, TargetUserName: a}",
            r#"EventType =~ "Logon" and (EventResult =~ "Failure" and (TargetUsername in~ ("a") or TargetUsername endswith "\\a"))"#,
        ),
        (
            "{EventID: 4624, LogonType: 10, SubjectUserName|endswith: $}",
            r#"EventType =~ "Logon" and (EventResult =~ "Success" and EventSubType =~ "RemoteInteractive" and ActorUsername endswith "$")"#,
        ),
        ("EventID: 4634", r#"EventType =~ "Logoff""#),
    ] {
        let found = filter(through("sentinel_asim", "product: windows, service: security", written));
        assert_eq!(found.as_deref(), Ok(expected), "{written}");
    }
    for (service, written, expected) in [
        (
            "security",
            "{EventID: 4624, LogonType: 9}",
            "imAuthentication has no known name for logons of this type (field `LogonType`)",
        ),
        (
            "security",
            "{EventID: 4663, ObjectName: a}",
            "ASIM's schema for this log source has no events of this id (field `EventID`)",
        ),
        (
            "sysmon",
            "{EventID: [1, 5], Image: a}",
            "ASIM's schema for this log source has no events of this id (field `EventID`)",
        ),
        (
            "sysmon",
            "{EventID: 11, TargetFilename: a, ParentImage: a}",
            "imFileEvent does not have this field (field `ParentImage`)",
        ),
        ("system", "EventID: 7045", "ASIM has no known schema for this log source"),
    ] {
        let found = through("sentinel_asim", &format!("product: windows, service: {service}"), written);
        assert_eq!(found, Err(format!("{expected} (pipeline Microsoft Sentinel ASIM)")), "{written}");
    }
}

#[test]
fn the_security_log_has_a_column_for_each() {
    for (logsource, written, expected) in [
        ("service: security", "{EventID: 4624, LogonType: '3'}", "EventID == 4624 and LogonType == 3"),
        ("service: security", "{EventID: [4624, 4625], Status: 0}", r#"(EventID in (4624, 4625)) and Status =~ "0""#),
        (
            "category: process_creation",
            "{Image: a, ParentImage: b, IntegrityLevel: High}",
            r#"EventID == 4688 and (NewProcessName =~ "a" and ParentProcessName =~ "b" and MandatoryLabel =~ "S-1-16-12288")"#,
        ),
        (
            "category: registry_set",
            "{TargetObject: 'HKLM\\a', Details: 'DWORD (0x00000001)', User: b}",
            r#"EventID == 4657 and (RegistryPath =~ "\\REGISTRY\\MACHINE\\a" and NewValue =~ "1" and SubjectAccount =~ "b")"#,
        ),
        (
            "category: registry_set",
            "TargetObject|startswith: 'HKCU\\a'",
            r#"EventID == 4657 and RegistryPath matches regex "(?is)^\\\\REGISTRY\\\\USER\\\\S-.*\\\\a""#,
        ),
        (
            "category: file_delete",
            "{TargetFilename: a, Image: b}",
            r#"(EventID == 4663 and ObjectType =~ "File" and AccessMask =~ "0x10000") and (ObjectName =~ "a" and ProcessName =~ "b")"#,
        ),
    ] {
        let found = filter(through("azure_monitor", &format!("product: windows, {logsource}"), written));
        assert_eq!(found.as_deref(), Ok(expected), "{logsource}: {written}");
    }
    for (logsource, written, expected) in [
        (
            "product: windows, category: process_creation",
            "OriginalFileName: a",
            "SecurityEvent has no column for this field (field `OriginalFileName`)",
        ),
        (
            "product: windows, category: process_creation",
            "User: a",
            "the event 4688 has another meaning of this than Sysmon (field `User`)",
        ),
        (
            "product: windows, category: registry_set",
            "Details: 'DWORD (0x12345678)'",
            "the event 4657 writes this in another way, which is not known here (field `Details`)",
        ),
        (
            "product: windows, category: image_load",
            "Image: a",
            "SecurityEvent does not have the events of this log source",
        ),
        (
            "product: linux, category: process_creation",
            "Image: a",
            "SecurityEvent does not have the events of this log source",
        ),
        (
            "product: windows, service: system",
            "EventID: 7045",
            "SecurityEvent does not have the events of this log source",
        ),
    ] {
        let found = through("azure_monitor", logsource, written);
        assert_eq!(found, Err(format!("{expected} (pipeline Azure Monitor)")), "{logsource}: {written}");
    }
}
