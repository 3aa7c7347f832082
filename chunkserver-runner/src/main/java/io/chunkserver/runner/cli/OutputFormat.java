package io.chunkserver.runner.cli;

/** How answers are written. The names are the words of {@code --output}. */
enum OutputFormat {
    /** For people. */
    text,
    /** One object per line, for programs. */
    json
}
