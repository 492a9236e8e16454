//! Resolves, plans and executes Since queries over a milepost store
