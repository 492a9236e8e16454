//! Readers and writers for milepost: CSV catalogues and observations
