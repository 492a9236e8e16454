//! Regions that are decoded when they are first needed.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use super::{Catalogue, records::Records};
use crate::{Indicator, Milestone, Region};

/// The bytes that the regions of a catalogue are decoded from, one at a time.
///
/// Uids and codes are told without decoding, so that the first few regions are found without an
/// index of all.
pub trait RegionSource: fmt::Debug + Send + Sync {
    /// How many regions there are.
    fn count(&self) -> u32;

    /// The region at a position below the count.
    fn region(&self, position: u32) -> Region;

    /// Calls `visit` with position, uid and code of each region, in order, until it says `false`.
    fn identities(&self, visit: &mut dyn FnMut(u32, &str, &str) -> bool);

    /// Whether every uid and code is of ASCII characters.
    fn is_ascii(&self) -> bool;
}

/// Lookups by scanning before an index of everything is worth its time.
const MOST_SCANS: u32 = 16;

/// What is scanned, and how often it was.
#[derive(Debug, Default)]
pub(super) struct Scans {
    source: Option<Arc<dyn RegionSource>>,
    scanned: AtomicU32,
}

impl Clone for Scans {
    fn clone(&self) -> Self {
        let scanned = AtomicU32::new(self.scanned.load(Ordering::Relaxed));
        Self { source: self.source.clone(), scanned }
    }
}

/// A source whose regions are all of the catalogue's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan<'a>(&'a dyn RegionSource);

impl Scan<'_> {
    /// The region with a uid.
    pub(super) fn with_uid(self, uid: &str) -> Option<u32> {
        let mut found = None;
        self.0.identities(&mut |position, other, _| {
            if other == uid {
                found = Some(position);
            }
            found.is_none()
        });
        found
    }

    /// The regions with a code.
    pub(super) fn with_code(self, code: &str) -> Vec<u32> {
        let mut found = Vec::new();
        self.0.identities(&mut |position, _, other| {
            if other == code {
                found.push(position);
            }
            true
        });
        found
    }

    /// The region whose uid is this text, otherwise those whose code it is. `None` if there are
    /// none, or if other spellings might be meant as well.
    pub(super) fn named(self, text: &str) -> Option<Vec<u32>> {
        if !text.is_ascii() || !self.0.is_ascii() {
            return None;
        }
        let mut codes = Vec::new();
        let mut found = None;
        self.0.identities(&mut |position, uid, code| {
            if uid == text {
                found = Some(position);
            } else if code == text {
                codes.push(position);
            }
            found.is_none()
        });
        found.map(|position| vec![position]).or_else(|| (!codes.is_empty()).then_some(codes))
    }
}

impl Catalogue {
    /// A catalogue whose regions are decoded when they are first needed.
    ///
    /// The source gives the same regions, checked when they were first defined, whenever it is
    /// asked; in everything else the catalogue is as any other.
    pub fn lazy(
        indicators: Vec<Indicator>,
        regions: Arc<dyn RegionSource>,
        milestones: Vec<Milestone>,
    ) -> Self {
        let decode = Arc::clone(&regions);
        Self {
            indicators: Records::of(indicators),
            regions: Records::lazy(regions.count(), Arc::new(move |at| decode.region(at))),
            milestones: Records::of(milestones),
            scans: Scans { source: Some(regions), scanned: AtomicU32::new(0) },
            ..Self::default()
        }
    }

    /// What to scan for a region, as long as that is faster than to build an index.
    pub(super) fn scannable(&self) -> Option<Scan<'_>> {
        let source = self.scans.source.as_deref()?;
        if self.identities.get().is_some() {
            return None;
        }
        let scanned = self.scans.scanned.fetch_add(1, Ordering::Relaxed);
        (scanned < MOST_SCANS).then_some(Scan(source))
    }

    /// Regions are defined: the source has no longer all of them.
    pub(super) fn stop_scanning(&mut self) {
        self.scans = Scans::default();
    }
}
