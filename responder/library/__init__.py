"""What the brand may say, kept in the database: versions, approval, completeness, spreadsheets."""
