//! IP networks as what the text of their addresses begins with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Values with a `*` at the end that addresses of the network have, and maybe others: smaller
/// networks that end where a digit does, each as what its first and its last address have in common.
pub(super) fn common(network: &str) -> Option<Vec<String>> {
    Some(match parsed(network)? {
        (IpAddr::V4(first), length) => v4(first, length),
        (IpAddr::V6(first), length) => {
            let end = length.div_ceil(4) * 4;
            let step = if end == 0 { 0 } else { 1_u128 << (128 - end) };
            let rest = if end == 0 { u128::MAX } else { step - 1 };
            let starts = (0..1_u128 << (end - length)).map(|i| u128::from(first) + i * step);
            starts.map(|start| beginning(start, start | rest)).collect()
        }
    })
}

/// Values that addresses of the network have and no others; nothing where text cannot tell.
pub(super) fn exact(network: &str) -> Option<Vec<String>> {
    match parsed(network)? {
        // With dots, so that no address of IPv6 is taken for one.
        (IpAddr::V4(_), 0) => Some(vec!["*.*.*.*".to_owned()]),
        (IpAddr::V4(first), length) => Some(v4(first, length)),
        (IpAddr::V6(first), 128) => Some(vec![text(u128::from(first))]),
        (IpAddr::V6(first), length) => exact_v6(first.segments(), length),
    }
}

fn exact_v6(groups: [u16; 8], length: usize) -> Option<Vec<String>> {
    let (whole, bits) = (length / 16, length % 16);
    let (head, zeros) = match groups[..whole].iter().rposition(|group| *group != 0) {
        Some(last) => (&groups[..=last], whole - last - 1),
        None => (&groups[..0], whole),
    };
    // Zeros may be left out of the text, and it is only told from what follows which.
    if head.contains(&0) || (head.is_empty() && whole > 0) || length == 0 || zeros > if bits == 0 { 2 } else { 0 } {
        return None;
    }
    let start = head.iter().map(|group| format!("{group:x}:")).collect::<Vec<_>>().concat();
    if bits == 0 {
        let written = format!("{start}{}*", "0:".repeat(zeros));
        return Some(if zeros == 0 { vec![written] } else { vec![written, format!("{start}:*")] });
    }
    let digits = bits.div_ceil(4);
    let open = 4 - digits;
    let end = if whole == 7 { "" } else { ":*" };
    let mut texts = Vec::new();
    let known = u32::from(groups[whole]) >> (4 * open);
    for known in known..known + (1 << (4 * digits - bits)) {
        if known != 0 {
            texts.push(format!("{start}{known:x}{}{end}", "?".repeat(open)));
            continue;
        }
        // A number of at most as many digits as are open, or zeros that are left out.
        if whole == 0 || whole == 7 {
            return None;
        }
        texts.push(format!("{start}:*"));
        texts.extend((1..=open).map(|open| format!("{start}{}{end}", "?".repeat(open))));
        if open == 0 {
            texts.push(format!("{start}0{end}"));
        }
    }
    Some(texts)
}

fn parsed(network: &str) -> Option<(IpAddr, usize)> {
    let (address, length) = network.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    Some((address, length.parse().ok().filter(|length| *length <= most)?))
}

/// The beginnings of the smallest networks that end at a dot.
fn v4(first: Ipv4Addr, length: usize) -> Vec<String> {
    let octets = first.octets();
    let known = length.div_ceil(8);
    if known == 0 {
        return vec!["*".to_owned()];
    }
    let start = octets[..known - 1].iter().map(|octet| format!("{octet}.")).collect::<Vec<_>>().concat();
    let end = if known == 4 { "" } else { ".*" };
    let last = usize::from(octets[known - 1]) + (1_usize << (8 * known - length));
    (usize::from(octets[known - 1])..last).map(|octet| format!("{start}{octet}{end}")).collect()
}

fn beginning(first: u128, last: u128) -> String {
    let (first, last) = (text(first), text(last));
    if first == last {
        return first;
    }
    let common = first.bytes().zip(last.bytes()).take_while(|(a, b)| a == b).count();
    format!("{}*", &first[..common])
}

/// An address in its shortest form, without the dots of an address of IPv4 inside it.
fn text(address: u128) -> String {
    let address = Ipv6Addr::from(address);
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, a, b] => format!("::ffff:{a:x}:{b:x}"),
        _ => address.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{common, exact};

    #[test]
    fn networks_are_beginnings_of_text() {
        for (network, expected, better) in [
            ("0.0.0.0/0", "*", "*.*.*.*"),
            ("10.0.0.0/8", "10.*", "10.*"),
            ("10.1.4.0/23", "10.1.4.* 10.1.5.*", "10.1.4.* 10.1.5.*"),
            ("10.1.2.254/31", "10.1.2.254 10.1.2.255", "10.1.2.254 10.1.2.255"),
            ("10.1.2.3/32", "10.1.2.3", "10.1.2.3"),
            ("::/0", "*", ""),
            ("::1/128", "::1", "::1"),
            ("fc00::/7", "fc* fd*", "fc??:* fd??:*"),
            ("fe80::/10", "fe8* fe9* fea* feb*", "fe8?:* fe9?:* fea?:* feb?:*"),
            ("10::/12", "1*", "1?:*"),
            ("2001:db8::/32", "2001:db8:*", "2001:db8:*"),
            ("2001:db8::/31", "2001:db8:* 2001:db9:*", "2001:db8:* 2001:db9:*"),
            ("2001:db8::/48", "2001:db8:*", "2001:db8:0:* 2001:db8::*"),
            ("2001:db8::/64", "2001:db8::*", "2001:db8:0:0:* 2001:db8::*"),
            ("2001:db8::/40", "2001:db8:*", "2001:db8::* 2001:db8:?:* 2001:db8:??:*"),
            ("2001:db8::/80", "2001:db8::*", ""),
            ("2001:db8:0:0:1::/80", "2001:db8:*", ""),
            ("fffe::/15", "fffe:* ffff:*", "fffe:* ffff:*"),
            ("::ffff:0:0/96", "::ffff:*", ""),
            ("2001:db8:1:2:3:4:5:0/127", "2001:db8:1:2:3:4:5:0 2001:db8:1:2:3:4:5:1", ""),
            ("1:2:3:4:5:6:7:8ff0/124", "1:2:3:4:5:6:7:8ff*", "1:2:3:4:5:6:7:8ff?"),
        ] {
            assert_eq!(common(network).expect("a network").join(" "), expected, "{network}");
            assert_eq!(exact(network).unwrap_or_default().join(" "), better, "{network}");
        }
    }
}
