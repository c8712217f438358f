// Files that people share: replaced in one step, as others are, with the rights that the umask leaves.
