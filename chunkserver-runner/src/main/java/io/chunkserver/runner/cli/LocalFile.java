package io.chunkserver.runner.cli;

import io.chunkserver.runner.file.FileTarget;
import io.chunkserver.runner.file.LocalFileTarget;
import io.chunkserver.runner.file.StreamTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A local file on the command line, where {@code -} stands for standard input or output.
 *
 * @param name as it was given
 */
record LocalFile(String name) {

    static final LocalFile STANDARD_STREAM = new LocalFile("-");

    boolean isStandardStream() {
        return name.equals(STANDARD_STREAM.name());
    }

    Path path() {
        return Path.of(name);
    }

    /** Its length, or a negative number where nobody knows. */
    long lengthBytes() throws IOException {
        return isStandardStream() ? -1 : Files.size(path());
    }

    /** Where bytes that are read for this file go. */
    FileTarget target(Console console) throws IOException {
        return isStandardStream() ? new StreamTarget(console.out()) : LocalFileTarget.open(path());
    }

    /** Answers on standard output unless that carries the bytes themselves. */
    void answer(Console console, Answer answer) {
        if (isStandardStream()) {
            console.answerBeside(answer);
        } else {
            console.answer(answer);
        }
    }
}
