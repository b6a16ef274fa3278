//! `splunk`: what golden files do not show.

use super::{items, query, query_with};

#[test]
fn names_the_regex_command_cannot_take_are_matched_otherwise() {
    assert_eq!(items("splunk", "'a b|re': x").as_deref(), Ok("*\n| where match('a b', \"x\")"));
    for refused in ["\"a'b|re\": x", "\"a'b\": 'a?c'", "\"A|fieldref\": \"b'c\""] {
        assert!(items("splunk", refused).is_err_and(|why| why.contains("in a command")), "{refused}");
    }
    assert_eq!(items("splunk", "\"a'b\": x").as_deref(), Ok("\"a'b\"=\"x\""));
    assert_eq!(items("splunk", "NOT: x").as_deref(), Ok("\"NOT\"=\"x\""));
    assert_eq!(items("splunk", r"'a\b': x").as_deref(), Ok(r#""a\\b"="x""#));
    let negated = "detection:\n  s: {A: x}\n  f: {'a b|re': y}\n  condition: s and not f\n";
    let expected = "A=\"x\"\n| where if(match('a b', \"y\"), 0, 1)=1";
    assert_eq!(query("splunk", "default", negated).as_deref(), Ok(expected));
}

#[test]
fn saved_searches_keep_apart_and_end_where_they_end() {
    let two = "description: |\n  one\n  two \\\ndetection:\n  s: {A: x}\n  t: {B: y}\n  condition: [s, t]\n";
    let expected = "\n[Test]\ndescription = one \\\ntwo\nsearch = A=\"x\"\n\n[Test (2)]\ndescription = one \\\ntwo\nsearch = B=\"y\"";
    assert_eq!(query("splunk", "savedsearches", two).as_deref(), Ok(expected));
    let regex = "detection:\n  s: {A: x}\n  t: [{B|re: y}, {C: z}]\n  condition: s and t\n";
    let search = query("splunk", "savedsearches", regex).expect("sound");
    assert!(search.contains("\nsearch = A=\"x\" \\\n| rex field=B"), "{search}");
    // A line break of a value gets no space.
    let lines = "detection:\n  s: {A: \"x\\n\\\"\\ny\", B|re: z}\n  condition: s\n";
    let search = query("splunk", "savedsearches", lines).expect("sound");
    assert!(search.ends_with("\nsearch = A=\"x\\\n\\\"\\\ny\" \\\n| regex B=\"z\""), "{search}");
}

/// What stands between the fixed parts of a search of a data model.
fn data_model(detection: &str) -> Result<String, String> {
    let logsource = "logsource: {category: process_creation, product: windows}\n";
    modelled(&format!("{logsource}detection:\n{detection}"))
}

fn modelled(body: &str) -> Result<String, String> {
    let text = query_with("splunk", "data_model", &["splunk_cim"], body)?;
    let start = "| tstats summariesonly=false allow_old_summaries=true fillnull_value=\"null\" count min(_time) as firstTime \
                 max(_time) as lastTime from datamodel=";
    let rest = text.strip_prefix(start).expect("a start");
    let (rest, end) = rest.split_once(" | `drop_dm_object_name(").expect("an end");
    let time = "convert timeformat=\"%Y-%m-%dT%H:%M:%S\"";
    let (name, end) = end.split_once(')').expect("a name");
    assert_eq!(end, format!("` | {time} ctime(firstTime) | {time} ctime(lastTime) "));
    let by = "Processes.process Processes.dest Processes.process_current_directory Processes.process_path \
              Processes.process_integrity_level Processes.original_file_name Processes.parent_process \
              Processes.parent_process_path Processes.parent_process_guid Processes.parent_process_id \
              Processes.process_guid Processes.process_id Processes.user";
    Ok(format!("{}: {}", name, rest.replace(by, "…")))
}

#[test]
fn a_data_model_is_searched_for_what_tstats_can_look_for() {
    for (detection, expected) in [
        (
            "  s: {CommandLine: x, User: null}\n  condition: s",
            r#"Processes: Endpoint.Processes where Processes.process="x" NOT Processes.user=* by …"#,
        ),
        (
            "  s: {CommandLine|re: 'a\\s', Image: y}\n  condition: s",
            r#"Processes: Endpoint.Processes where Processes.process_path="y" by … | regex Processes.process="a\\s""#,
        ),
        (
            "  s: {CommandLine|re: 'a\\s'}\n  t: {Image: y}\n  condition: s or t",
            "Processes: Endpoint.Processes where * by … | rex field=Processes.process \"(?<processMatch>a\\\\s)\" | eval \
             processCondition=if(isnotnull(processMatch), \"true\", \"false\") | search processCondition=\"true\" OR \
             Processes.process_path=\"y\"",
        ),
        (
            "  s: {CommandLine|re: 'a\\s', Image: y}\n  t: {Image: z}\n  condition: t and not s",
            "Processes: Endpoint.Processes where Processes.process_path=\"z\" by … | rex field=Processes.process \
             \"(?<processMatch>a\\\\s)\" | eval processCondition=if(isnotnull(processMatch), \"true\", \"false\") | search \
             Processes.process_path=\"z\" NOT (processCondition=\"true\" Processes.process_path=\"y\")",
        ),
        (
            "  s: {CommandLine: 'a?c'}\n  t: {Image: z}\n  condition: t and not s",
            "Processes: Endpoint.Processes where Processes.process_path=\"z\" by … | rex field=Processes.process \
             \"(?<processMatch>(?is)^a.c$)\" | eval processCondition=if(isnotnull(processMatch), \"true\", \"false\") | \
             search Processes.process_path=\"z\" NOT processCondition=\"true\"",
        ),
        (
            "  s: {CommandLine: 'a?c'}\n  condition: s",
            "Processes: Endpoint.Processes where Processes.process=\"a*c\" by … | regex Processes.process=\"(?is)^a.c$\"",
        ),
        (
            "  s: {CommandLine|re: '^n'}\n  t: {Image: null}\n  condition: s or t",
            "Processes: Endpoint.Processes where * by … | eval \"Processes.process\"=nullif('Processes.process', \"null\") \
             | eval \"Processes.process_path\"=nullif('Processes.process_path', \"null\") | rex field=Processes.process \
             \"(?<processMatch>^n)\" | eval processCondition=if(isnotnull(processMatch), \"true\", \"false\") | search \
             processCondition=\"true\" OR NOT Processes.process_path=*",
        ),
    ] {
        assert_eq!(data_model(detection).as_deref(), Ok(expected), "{detection}");
    }
    let registry = "logsource: {category: registry_event, product: windows}\ndetection:\n  s: {TargetObject|endswith: '\\Run\\x', \
                    EventType: [SetValue, DeleteKey], Details: [DWORD (0x00000001), x]}\n  condition: s\n";
    let expected = "Registry: Endpoint.Registry where Registry.registry_path=\"*\\\\Run\\\\x\" Registry.action IN \
                    (\"modified\", \"deleted\") Registry.registry_value_data IN (\"*0x00000001*\", \"x\") by Registry.dest \
                    Registry.registry_path Registry.registry_value_data Registry.action Registry.process_path \
                    Registry.process_guid Registry.process_id";
    assert_eq!(modelled(registry).as_deref(), Ok(expected));
    let proxy = "logsource: {category: proxy}\ndetection:\n  s: [{c-uri: x}, {cs-method: y}]\n  condition: s\n";
    let web = "Web: Web.Web where nodename=Web.Proxy Web.url=\"x\" OR Web.http_method=\"y\" by Web.url";
    let found = modelled(proxy).expect("sound");
    assert!(found.starts_with(web), "{found}");
}

#[test]
fn without_a_data_model_there_is_no_search_of_one() {
    let why = query("splunk", "data_model", "detection:\n  s: {A: x}\n  condition: s\n");
    assert_eq!(why, Err("no pipeline says which data model to search".to_owned()));
    assert!(modelled("logsource: {category: dns}\ndetection:\n  s: {A: x}\n  condition: s\n").is_err());
    assert!(data_model("  s: [word]\n  condition: s").is_err());
}

#[test]
fn words_and_times_are_checked_by_commands() {
    let time = |variable: &str| {
        format!(
            "tonumber(strftime(if(isnum('A'), 'A', strptime(replace(substr('A', 1, 19), \"T\", \" \"), \"%Y-%m-%d \
             %H:%M:%S\")), \"{variable}\"))"
        )
    };
    for (detection, expected) in [
        ("  s: {A|hour: 5, B: x}\n  condition: s", format!("B=\"x\"\n| where {}=5", time("%H"))),
        (
            "  s: {A|week: 5}\n  t: {B: x}\n  condition: t and not s",
            format!(
                "B=\"x\"\n| eval ACondition=if({}=5, \"true\", \"false\")\n| search NOT ACondition=\"true\"",
                time("%V")
            ),
        ),
        ("  s: {'|re': 'a\\d'}\n  condition: s", "*\n| regex _raw=\"a\\\\d\"".to_owned()),
        (
            "  s: {'|re|i': x}\n  t: {B: y}\n  condition: t and not s",
            "B=\"y\"\n| regex _raw!=\"(?i)x\"".to_owned(),
        ),
        (
            "  s: {'|re': x}\n  t: {B: y}\n  condition: s or t",
            "*\n| eval rawCondition=if(match('_raw', \"x\"), \"true\", \"false\")\n| search rawCondition=\"true\" OR B=\"y\""
                .to_owned(),
        ),
        ("  s: {'|cased': Ab}\n  condition: s", "\"Ab\"\n| regex _raw=\"(?s)Ab\"".to_owned()),
    ] {
        assert_eq!(query("splunk", "default", &format!("detection:\n{detection}\n")), Ok(expected), "{detection}");
    }
}
