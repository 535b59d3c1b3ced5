"""What people tell their office of their own phone, email and address."""
