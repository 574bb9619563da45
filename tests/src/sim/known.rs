//! Gaps that the ring has found and bridges for now, so that it can look behind them.
//!
//! Each names what is wrong and where. Whoever mends it takes the bridge away; the ring then has to stay
//! green without it.

/// A directory believes the statement about a membership that it heard last, not the one that was made last:
/// after a restore of the centre, phones offer old statements again, and whoever has moved away may read the
/// old unit again. Bridged by officers who belong to units by their phone's assignment alone, which goes by
/// its date.
pub(super) const MEMBERSHIPS_MOVE: bool = false;

/// A backup made in the run of the program that goes on, or the one before it, is not recognised when
/// it comes back: the marker outside still names that opening. The phone then writes on in its old
/// feeds and forks them. Bridged by opening the phone twice more before it goes back.
pub(super) const OPENINGS_SINCE_BACKUP: usize = 2;
