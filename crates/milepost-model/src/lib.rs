//! Periods, decimals, kinds, units, regions over time and milestones: the vocabulary of milepost
