"""What course authors run: proofs of the checks, generators, lints, and the site.
Nothing imports it but the command line.
"""
