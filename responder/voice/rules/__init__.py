"""One small module a family of rules. Each rule takes a Reading and yields its findings."""
