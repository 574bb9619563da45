//! C2SP `tlog-tiles`: how others read the log, 256 hashes at a time.
//!
//! A tile of level L holds up to 256 neighbouring nodes of tree level 8 L. Whoever has tiles can
//! compute every node between and so every proof. A tile that is not full yet names its width.

use super::hash::{NodeHash, node_hash};
use super::tree::{MAX_SIZE, NodeId, NodeSource, ProofError};

/// Levels of the tree in one tile.
pub const TILE_HEIGHT: u32 = 8;
/// Hashes in a full tile.
pub const TILE_WIDTH: u64 = 1 << TILE_HEIGHT;

/// Which tile, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    /// Tile level: tree level divided by 8.
    pub level: u32,
    /// Position within the level.
    pub index: u64,
    /// Hashes in it, 1 ..= 256.
    pub width: u64,
}

impl TileId {
    /// The tile that `node` can be computed from, in a log of `size` leaves. `None` where the log has
    /// no such complete node.
    pub fn holding(node: NodeId, size: u64) -> Option<Self> {
        let span = 1u64.checked_shl(node.level)?;
        let end = node.index.checked_add(1)?.checked_mul(span)?;
        if end > size || size > MAX_SIZE {
            return None;
        }
        let level = node.level / TILE_HEIGHT;
        let index = (node.index << (node.level % TILE_HEIGHT)) / TILE_WIDTH;
        Some(Self {
            level,
            index,
            width: width_of(level, index, size),
        })
    }

    /// All tiles of a log of `size` leaves that a log of `older` leaves did not have in this width.
    pub fn new_since(older: u64, size: u64) -> Result<Vec<Self>, ProofError> {
        if older > size || size > MAX_SIZE {
            return Err(ProofError::Range);
        }
        let mut tiles = Vec::new();
        for level in 0.. {
            let (before, now) = (nodes_at(level, older), nodes_at(level, size));
            if now == 0 {
                break;
            }
            if before < now {
                let indexes = before / TILE_WIDTH..now.div_ceil(TILE_WIDTH);
                tiles.extend(indexes.map(|index| Self {
                    level,
                    index,
                    width: width_of(level, index, size),
                }));
            }
        }
        Ok(tiles)
    }

    /// The path below the log's address: `tile/0/x001/x234/067` or, not full, `....p/5`.
    pub fn path(&self) -> String {
        let mut number = format!("{:03}", self.index % 1000);
        let mut rest = self.index / 1000;
        while rest > 0 {
            number = format!("x{:03}/{number}", rest % 1000);
            rest /= 1000;
        }
        let level = self.level;
        if self.width == TILE_WIDTH {
            format!("tile/{level}/{number}")
        } else {
            format!("tile/{level}/{number}.p/{}", self.width)
        }
    }

    /// Reads a path; only the form that [`Self::path`] writes.
    pub fn from_path(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok()?),
            None => (rest, TILE_WIDTH),
        };
        let mut index = 0u64;
        for part in number.split('/') {
            let digits: u64 = part.trim_start_matches('x').parse().ok()?;
            index = index.checked_mul(1000)?.checked_add(digits)?;
        }
        let tile = Self {
            level: level.parse().ok()?,
            index,
            width,
        };
        let possible = (1..=TILE_WIDTH).contains(&width) && tile.level < 64;
        (possible && tile.path() == path).then_some(tile)
    }

    /// The bytes of the tile: its hashes one after another.
    pub fn bytes(&self, source: &impl NodeSource) -> Result<Vec<u8>, ProofError> {
        let mut out = Vec::new();
        for at in 0..self.width.min(TILE_WIDTH) {
            let level = self.level.saturating_mul(TILE_HEIGHT);
            let index = self.index.saturating_mul(TILE_WIDTH).saturating_add(at);
            let missing = ProofError::MissingNode { level, index };
            out.extend_from_slice(&source.node(level, index).ok_or(missing)?);
        }
        Ok(out)
    }

    /// A node computed from the bytes of the tile that holds it. `None` where it is not in them.
    pub fn node(&self, bytes: &[u8], node: NodeId) -> Option<NodeHash> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        let height = node.level % TILE_HEIGHT;
        let first = (node.index.checked_mul(1 << height)?)
            .checked_sub(self.index.checked_mul(TILE_WIDTH)?)?;
        let first = usize::try_from(first).ok()?;
        let part = hashes.get(first..first.checked_add(1 << height)?)?;
        let fits = node.level / TILE_HEIGHT == self.level
            && rest.is_empty()
            && hashes.len() as u64 == self.width;
        fits.then(|| perfect_root(part)).flatten()
    }
}

/// Complete nodes of tree level 8 * `level`.
fn nodes_at(level: u32, size: u64) -> u64 {
    size.checked_shr(level * TILE_HEIGHT).unwrap_or(0)
}

fn width_of(level: u32, index: u64, size: u64) -> u64 {
    nodes_at(level, size)
        .saturating_sub(index * TILE_WIDTH)
        .min(TILE_WIDTH)
}

/// The root over a power of two of hashes.
fn perfect_root(hashes: &[NodeHash]) -> Option<NodeHash> {
    match hashes {
        [] => None,
        [one] => Some(*one),
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            Some(node_hash(&perfect_root(left)?, &perfect_root(right)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::super::reference::{self, AllNodes};
    use super::super::{range_proof_nodes, root_at};
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let tile = |level, index, width| TileId {
            level,
            index,
            width,
        };
        for (id, path) in [
            (tile(0, 1_234_067, 256), "tile/0/x001/x234/067"),
            (tile(1, 0, 256), "tile/1/000"),
            (tile(2, 999, 5), "tile/2/999.p/5"),
            (tile(0, 1000, 255), "tile/0/x001/000.p/255"),
        ] {
            assert_eq!(id.path(), path);
            assert_eq!(TileId::from_path(path), Some(id));
        }
        for bad in [
            "tile/0/1",
            "tile/0/0001",
            "tile/00/001",
            "tile/0/001.p/0",
            "tile/0/001.p/257",
            "tile/0/001.p/256",
            "tile/0/x000/001",
            "tile/64/000",
            "tile/0/",
            "tile/0/+01",
            "tile/0/x1/001",
        ] {
            assert_eq!(TileId::from_path(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_golden_tile_is_still_written() {
        let leaves = reference::leaves(5);
        let (nodes, _) = AllNodes::of(&leaves);
        let tile = TileId::new_since(0, 5).expect("tiles")[0];
        assert_eq!(tile.path(), "tile/0/000.p/5");
        let golden = crate::golden::check("log/tile.bin", &tile.bytes(&nodes).expect("bytes"));
        assert_eq!(golden, leaves.concat());
    }

    /// A reader who has nothing but tiles.
    struct Tiles {
        size: u64,
        bytes: HashMap<TileId, Vec<u8>>,
    }

    impl NodeSource for Tiles {
        fn node(&self, level: u32, index: u64) -> Option<NodeHash> {
            let id = NodeId { level, index };
            let tile = TileId::holding(id, self.size)?;
            tile.node(self.bytes.get(&tile)?, id)
        }
    }

    #[test]
    fn whoever_has_the_tiles_has_every_node() {
        let leaves = reference::leaves(700);
        let (nodes, frontier) = AllNodes::of(&leaves);
        let ids = TileId::new_since(0, 700).expect("in range");
        assert_eq!(ids.len(), 3 + 1);
        let bytes = ids
            .into_iter()
            .map(|id| (id, id.bytes(&nodes).expect("held")))
            .collect();
        let tiles = Tiles { size: 700, bytes };
        assert_eq!(root_at(&tiles, 700), Ok(frontier.root()));
        for (&(level, index), hash) in &nodes.0 {
            assert_eq!(tiles.node(level, index), Some(*hash));
        }
        assert_eq!(
            TileId::holding(
                NodeId {
                    level: 0,
                    index: 700
                },
                700
            ),
            None
        );
        assert_eq!(
            TileId::holding(
                NodeId {
                    level: 64,
                    index: 0
                },
                700
            ),
            None
        );
    }

    proptest! {
        #[test]
        fn growing_by_a_push_writes_only_the_tiles_that_changed(size in 0u64..5000, push in 1u64..300) {
            let new = TileId::new_since(size, size + push).expect("in range");
            prop_assert!(new.len() <= 6);
            for node in range_proof_nodes(size, push, size + push).expect("in range") {
                prop_assert!(TileId::holding(node, size + push).is_some());
            }
            for tile in new {
                prop_assert_eq!(TileId::from_path(&tile.path()), Some(tile));
            }
        }
    }
}
