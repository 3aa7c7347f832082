package io.chunkserver.core.mutation;

/**
 * A line that looks dangerous, and whose loss no test needs to notice.
 *
 * @param file   its source below the product's root package
 * @param line   the text, which may stand there more than once
 * @param reason why nothing is lost without it, in a sentence
 */
record ExcusedLine(String file, String line, String reason) {

    @Override
    public String toString() {
        return "\"" + line + "\" (" + file + ")";
    }
}
