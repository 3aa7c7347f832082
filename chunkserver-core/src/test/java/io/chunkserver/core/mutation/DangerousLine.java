package io.chunkserver.core.mutation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A line of the product without which a guarantee does not hold.
 *
 * @param file     its source below the product's root package
 * @param line     the text, which stands there once
 * @param instead  what stands there in the mutant
 */
record DangerousLine(String name, String file, String line, String instead) {

    /** The statement is skipped, but still compiled: what it may throw is still to be caught. */
    static DangerousLine without(String name, String file, String line) {
        return changed(name, file, line, "if (false) {" + line + "}");
    }

    static DangerousLine changed(String name, String file, String line, String instead) {
        return new DangerousLine(name, file, line, instead);
    }

    /** The package of the product's class, whose tests are most likely to notice. */
    String packageName(String root) {
        int end = file.lastIndexOf('/');
        return end < 0 ? root : root + "." + file.substring(0, end).replace('/', '.');
    }

    /**
     * The source of the mutant.
     *
     * @throws IllegalStateException when the line is not there, or more than once: then this list is out of date
     */
    String mutate(Path sources) throws IOException {
        String source = Files.readString(sources.resolve(file));
        int at = source.indexOf(line);
        if (at < 0 || source.indexOf(line, at + 1) >= 0) {
            throw new IllegalStateException(
                    "\"" + line + "\" stands " + (at < 0 ? "nowhere" : "more than once") + " in " + file);
        }
        return source.substring(0, at) + instead + source.substring(at + line.length());
    }

    @Override
    public String toString() {
        return name + " (" + file + ")";
    }
}
