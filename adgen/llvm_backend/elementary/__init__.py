"""Our own elementary functions as LLVM text: branch-free, so that loops over them vectorise."""
