"""What parents send their case team: photos and papers, checked before anybody sees them."""
