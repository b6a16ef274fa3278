//! Lists of networks find the addresses in them and no others, in both modes.

use std::net::Ipv4Addr;

use proptest::prelude::*;
use purplebook::model::Value;
use purplebook::query::{Compat, Request, target};

use crate::query_support::convert_request;
use crate::readers::READERS;
use crate::sought::{Piece, Sought};
use crate::{built_in, map, text, with};

/// A target, and when it refuses: the mode, and how many networks are alternatives.
type Refused = (&'static str, fn(Compat, usize) -> bool);

/// Targets that know no networks, and those of which the reference writes one alone.
const REFUSED: &[Refused] = &[
    ("legacy-powershell", |_, _| true),
    ("legacy-grep", |_, _| true),
    ("crowdstrike", |compat, networks| compat == Compat::PySigma && networks > 1),
];

/// Of which a query cannot be read: the reference begins a search with a pipe.
fn is_unreadable(name: &str, compat: Compat) -> bool {
    name == "crowdstrike" && compat == Compat::PySigma
}

/// Where a text that names a network is one to the engine.
fn with_networks(sought: Sought) -> Sought {
    let each = |parts: Vec<Sought>| parts.into_iter().map(with_networks).collect();
    match sought {
        Sought::All(parts) => Sought::All(each(parts)),
        Sought::Any(parts) => Sought::Any(each(parts)),
        Sought::Glob(pieces, case) => {
            let text: String = pieces.iter().map(|piece| if let Piece::Char(c) = piece { *c } else { '*' }).collect();
            if text.contains('/') { Sought::Net(text) } else { Sought::Glob(pieces, case) }
        }
        sought => sought,
    }
}

fn network() -> impl Strategy<Value = (u32, u32)> {
    (any::<u32>(), 1..33u32).prop_map(|(address, bits)| (address >> (32 - bits) << (32 - bits), bits))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn addresses_of_networks_are_found(networks in prop::collection::vec(network(), 1..4), all in any::<bool>()) {
        let all = all && networks.len() > 1;
        let written: Vec<Value> =
            networks.iter().map(|(first, bits)| text(format!("{}/{bits}", Ipv4Addr::from(*first)))).collect();
        let mut addresses = vec![0, u32::MAX];
        for (first, bits) in &networks {
            let last = first | u32::MAX.checked_shr(*bits).unwrap_or(0);
            addresses.extend([*first, last, first.wrapping_sub(1), last.wrapping_add(1), first | (last & 0x0055_5555)]);
        }
        for (name, format, read) in READERS {
            let field = if *format == "data_model" { "CommandLine" } else { "f" };
            let key = format!("{field}|cidr{}", if all { "|all" } else { "" });
            let mut rule = with(vec![("s", map(&key, Value::Seq(written.clone()))), ("condition", text("s"))], true);
            let target = target(name).expect("registered");
            for compat in [Compat::Strict, Compat::PySigma] {
                let mut request =
                    Request { format: target.format(format).expect("there"), compat, ..Request::new(target) };
                if *format == "data_model" {
                    let Value::Map(document) = &mut rule.documents[0] else { unreachable!("it is one") };
                    let source = [("category", "process_creation"), ("product", "windows")];
                    let source = source.map(|(key, value)| (key.to_owned(), text(value)));
                    document.push(("logsource".to_owned(), Value::Map(source.into())));
                    request.chain = built_in("splunk_cim");
                }
                let query = convert_request(&rule, &request).ok().map(|queries| queries.concat());
                let alternatives = if all { 1 } else { networks.len() };
                let refused = REFUSED.iter().any(|row| row.0 == *name && (row.1)(compat, alternatives));
                prop_assert_eq!(query.is_none(), refused, "{} {} {:?}: {:?}", name, format, compat, &query);
                let Some(query) = query.filter(|_| !is_unreadable(name, compat)) else { continue };
                let sought = read(&query).map(with_networks);
                let sought = sought.map_err(|why| TestCaseError::fail(format!("{name} {format} {compat:?}: {why}\n{query}")))?;
                for address in &addresses {
                    let within = |(first, bits): &(u32, u32)| (first ^ address).checked_shr(32 - bits).unwrap_or(0) == 0;
                    let wanted = if all { networks.iter().all(within) } else { networks.iter().any(within) };
                    let value = Ipv4Addr::from(*address).to_string();
                    prop_assert_eq!(sought.finds(&value), wanted, "{} {} {:?}: {}\n{}", name, format, compat, value, &query);
                }
            }
        }
    }
}
