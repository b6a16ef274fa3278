//! What `check` says of the commands of Triggers, and that it says nothing of published ones.

use std::path::Path;

use crate::project::{findings, project};

/// The findings on the tests of a Trigger, whose first line is line 4.
fn tests(text: &str) -> Vec<String> {
    let trigger = format!("attack_technique: T1003\ndisplay_name: OS Credential Dumping\natomic_tests:\n{text}");
    let dir = project(&[("content/triggers/T1003/T1003.yaml", &trigger)]);
    let found = findings(dir.path(), &["--fail-on", "note"]);
    found.iter().map(|line| line.replace("content/triggers/T1003/T1003.yaml:", "")).collect()
}

#[test]
fn inputs_are_found_wherever_a_runner_looks_for_them() {
    let text = "  - name: A
    input_arguments:
      out_file: {type: path, default: '#{folder}/x'}
      folder: {type: path, default: PathToAtomicsFolder/..}
      idle: {type: string}
      host: {type: string}
    dependency_executor_name: sh
    dependencies:
      - description: '#{idle}'
        prereq_command: 'test -f #{out_file}'
        get_prereq_command: |
          curl #{hots}
          touch #{Out_File}
    executor:
      name: sh
      command: |
        cat > #{out_file}

        echo ${#x} #{not a name} #{} > #{outfile}; echo #{outfile}
      cleanup_command: 'rm #{nowhere}'
  - not a test
  - name: B
    executor:
      name: manual
      steps: 'Type #{what}'
";
    assert_eq!(
        tests(text).into_iter().filter(|line| line.contains("PB2")).collect::<Vec<_>>(),
        [
            "8:7: note[PB222] no command of the test uses its input `idle`",
            "9:7: note[PB222] no command of the test uses its input `host`",
            "15:16: warning[PB221] the test has no input `hots`",
            "16:17: warning[PB221] the test has no input `Out_File`",
            "22:40: warning[PB221] the test has no input `outfile`",
            "23:28: warning[PB221] the test has no input `nowhere`",
            "28:20: warning[PB221] the test has no input `what`",
        ]
    );
}

#[test]
fn dependencies_have_commands_and_something_to_run_them() {
    let text = "  - name: A
    dependency_executor_name: power_shell
    dependencies:
      - description: a
        prereq_command: a
        get_prereq_command:
      - description: b
        get_prereq_command: b
      - description: c
        prereq_command: c
      - description: d
        prereq_command: ' '
    executor:
      name: python
      command: x
";
    assert_eq!(
        tests(text),
        [
            "5:31: warning[PB224] Atomic Red Team has no executor `power_shell`",
            "10:9: warning[PB223] no `prereq_command` tells whether the dependency is there",
            "12:9: warning[PB223] the dependency has no `get_prereq_command`",
            "15:26: warning[PB223] no `prereq_command` tells whether the dependency is there",
            "17:13: warning[PB224] Atomic Red Team has no executor `python`",
        ]
    );
}

#[test]
fn nothing_is_told_of_published_tests() {
    let atomics = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/atomics");
    if !atomics.is_dir() {
        println!("skipped: {} is not there", atomics.display());
        return;
    }
    let dir = project(&[("purplebook.toml", "")]);
    let atomics = atomics.canonicalize().expect("a folder");
    let found = findings(dir.path(), &["--triggers", &atomics.to_string_lossy()]);
    let codes = ["[PB221]", "[PB222]", "[PB223]", "[PB224]"];
    let told: Vec<_> = found.iter().filter(|line| codes.iter().any(|code| line.contains(code))).collect();
    assert!(told.is_empty(), "{told:#?}");
}
