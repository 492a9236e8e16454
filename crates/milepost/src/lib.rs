//! An embedded store for statistical indicators with Since, a query language of milestones
