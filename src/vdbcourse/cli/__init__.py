"""cli."""
def main() -> None:
    """Main."""
