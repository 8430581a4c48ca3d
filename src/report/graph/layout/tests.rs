use super::{Layout, Rectangle, of};
use crate::model::Verdict;
use crate::report::graph::{Edge, Node, NodeKind, Region, RegionKind, Section};

/// A section of nodes in these regions, and of connections between them.
fn section(regions: usize, nodes: &[&[usize]], edges: &[(usize, usize)]) -> Section {
    let region = |at: usize| Region {
        kind: RegionKind::Network,
        name: format!("r{at}"),
        remark: "",
        span: None,
        network: None,
    };
    let node = |(at, regions): (usize, &&[usize])| Node {
        label: format!("n{at}"),
        kind: NodeKind::Container,
        runs: None,
        listens: Vec::new(),
        listens_unknown: None,
        dials_unknown: None,
        regions: regions.to_vec(),
        span: None,
    };
    let edge = |(from, to): &(usize, usize)| Edge {
        from: *from,
        to: *to,
        on_host: None,
        is_published: false,
        host: None,
        port: Some(80),
        protocol: "tcp",
        verdict: Verdict::Reachable,
        origins: Vec::new(),
        steps: Vec::new(),
        fix: None,
    };
    Section {
        title: String::new(),
        regions: (0..regions).map(region).collect(),
        nodes: nodes.iter().enumerate().map(node).collect(),
        edges: edges.iter().map(edge).collect(),
    }
}

fn overlap(a: Rectangle, b: Rectangle) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

fn holds(area: Rectangle, it: Rectangle) -> bool {
    area.x <= it.x && it.right() <= area.right() && area.y <= it.y && it.bottom() <= area.bottom()
}

/// What must hold of every page: cards are apart and on the page, and lie in the areas of their regions and in no
/// other.
fn check(section: &Section) -> Layout {
    let layout = of(section);
    let page = Rectangle { x: 0.0, y: 0.0, width: layout.width, height: layout.height };
    for (at, card) in layout.nodes.iter().enumerate() {
        assert!(holds(page, *card), "n{at}: {card:?} of {page:?}");
        for (other, it) in layout.nodes.iter().enumerate().skip(at + 1) {
            assert!(!overlap(*card, *it), "n{at} and n{other}: {card:?} {it:?}");
        }
        for (region, area) in &layout.areas {
            let is_drawn =
                section.nodes[at].regions.contains(region) && !layout.elsewhere[at].contains(region);
            // A network that lies in several parts holds a node in one of them.
            let is_held = layout.areas.iter().any(|(it, area)| it == region && holds(*area, *card));
            assert_eq!(is_held, is_drawn, "n{at}, r{region}");
            assert!(is_drawn || !overlap(*area, *card), "n{at} lies across r{region}");
        }
    }
    assert!(layout.areas.iter().all(|(_, it)| holds(page, *it)));
    layout
}

#[test]
fn networks_that_share_nodes_overlap_around_these() {
    let section = section(3, &[&[0, 1], &[1], &[1], &[1], &[2]], &[(0, 1), (0, 2), (1, 3), (2, 4)]);
    let layout = check(&section);
    assert!(layout.elsewhere.iter().all(Vec::is_empty));
    assert!(layout.nodes[0].x < layout.nodes[1].x && layout.nodes[1].x < layout.nodes[3].x, "left to right");
}

#[test]
fn too_many_networks_become_blocks() {
    let section = section(
        6,
        &[&[0, 1, 2, 3, 4, 5], &[0], &[1], &[1, 5], &[2], &[2, 5], &[3], &[3, 4], &[4, 5], &[5], &[]],
        &[(0, 2), (0, 4), (0, 6), (3, 9), (5, 9), (7, 8), (8, 7)],
    );
    let layout = check(&section);
    assert!(!layout.elsewhere[0].is_empty());
}

#[test]
fn fifty_nodes_of_one_network_become_a_grid() {
    let regions: &[usize] = &[0];
    let layout = check(&section(1, &[regions; 50], &[]));
    let ratio = layout.width / layout.height;
    assert!((0.7..4.0).contains(&ratio), "{} x {}", layout.width, layout.height);
}

#[test]
fn connections_in_a_circle_have_an_end() {
    let regions: &[usize] = &[0];
    let layout = check(&section(1, &[regions; 4], &[(0, 1), (1, 2), (2, 0), (3, 3)]));
    assert_eq!(layout.paths.len(), 4);
}

#[test]
fn everybody_who_dials_everybody_is_not_a_row() {
    let regions: &[usize] = &[0];
    let edges: Vec<(usize, usize)> = (0..9).flat_map(|a| (0..9).map(move |b| (a, b))).collect();
    let layout = check(&section(1, &[regions; 9], &edges));
    assert!(layout.width < 3.0 * layout.height, "{} x {}", layout.width, layout.height);
}

#[test]
fn an_empty_section_has_a_page() {
    let layout = check(&section(0, &[], &[]));
    assert!(layout.width > 0.0 && layout.height > 0.0);
}
