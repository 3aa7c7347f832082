package io.chunkserver.runner.config;

import java.nio.file.Path;

/** Where a value came from; the order of the permitted types is the order of precedence, highest first. */
public sealed interface Origin {

    /** An option on the command line. */
    record Flag(String name) implements Origin {
        @Override
        public String toString() {
            return name;
        }
    }

    /** An environment variable. */
    record Variable(String name) implements Origin {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A line of a configuration file, from 1. */
    record FileLine(Path file, int line) implements Origin {
        @Override
        public String toString() {
            return file + ":" + line;
        }
    }

    /** Nobody gave a value. */
    record Default() implements Origin {
        @Override
        public String toString() {
            return "default";
        }
    }
}
