package io.chunkserver.runner.cli;

/** When progress is shown. The names are the words of {@code --progress}. */
enum ProgressMode {
    /** When standard error is a terminal. */
    auto,
    always,
    never
}
