package io.chunkserver.core.model;

/**
 * Names one chunk: the path of the file it belongs to and its place in that file, written {@code PATH#INDEX}.
 *
 * <p>The path is a name and nothing more: it never becomes a file name on a server's disk. It has 1 to
 * {@value #MAX_PATH_BYTES} bytes in UTF-8, may start with one slash, and consists of segments divided by
 * single slashes; a segment is neither empty nor {@code .} nor {@code ..} and holds no control character.
 *
 * @param path  the file's path
 * @param index the chunk's position in the file, from 0
 */
public record ChunkId(String path, int index) implements Comparable<ChunkId> {

    /** The longest path, in bytes of UTF-8. */
    public static final int MAX_PATH_BYTES = 1024;

    /** How much of an offending value an error message repeats. */
    private static final int QUOTED_CHARACTERS = 80;

    public ChunkId {
        checkPath(path);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "chunk index " + index + " of path \"" + quote(path) + "\" is below 0; indexes start at 0");
        }
    }

    /**
     * Reads the form {@code PATH#INDEX}; the last {@code #} divides.
     *
     * @throws IllegalArgumentException when the text is no chunk id; the message says why
     */
    public static ChunkId parse(String text) {
        int divider = text.lastIndexOf('#');
        if (divider < 0) {
            throw new IllegalArgumentException("chunk id \"" + quote(text) + "\" has no '#'; write PATH#INDEX");
        }
        String index = text.substring(divider + 1);
        try {
            return new ChunkId(text.substring(0, divider), Integer.parseInt(index));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "chunk id \"" + quote(text) + "\" has the index \"" + quote(index) + "\"; a whole number from 0 to "
                            + Integer.MAX_VALUE + " is expected",
                    e);
        }
    }

    private static void checkPath(String path) {
        if (path.isEmpty()) {
            throw new IllegalArgumentException("chunk path is empty");
        }
        if (path.length() > MAX_PATH_BYTES || Utf8.length(path) > MAX_PATH_BYTES) {
            throw new IllegalArgumentException("chunk path \"" + quote(path) + "\" of " + path.length()
                    + " characters is longer than " + MAX_PATH_BYTES + " bytes");
        }
        // By hand and without copies: a start reads hundreds of thousands of ids before anything is compiled.
        int segment = path.charAt(0) == '/' ? 1 : 0;
        for (int at = segment; at < path.length(); at++) {
            char c = path.charAt(at);
            if (Character.isISOControl(c)) {
                throw new IllegalArgumentException("chunk path \"" + quote(path) + "\" holds a control character");
            }
            if (c == '/') {
                checkSegment(path, segment, at);
                segment = at + 1;
            }
        }
        checkSegment(path, segment, path.length());
    }

    private static void checkSegment(String path, int from, int to) {
        int length = to - from;
        boolean dots = length <= 2 && path.startsWith("..".substring(0, length), from);
        if (dots) {
            throw new IllegalArgumentException("chunk path \"" + quote(path) + "\" has the segment \""
                    + path.substring(from, to) + "\"; empty segments, \".\" and \"..\" are not allowed");
        }
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder();
        text.codePoints()
                .limit(QUOTED_CHARACTERS)
                .forEach(c -> quoted.appendCodePoint(Character.isISOControl(c) ? '\uFFFD' : c));
        return text.length() > QUOTED_CHARACTERS ? quoted + "..." : quoted.toString();
    }

    @Override
    public int compareTo(ChunkId other) {
        int byPath = path.compareTo(other.path);
        return byPath != 0 ? byPath : Integer.compare(index, other.index);
    }

    /** The form {@code PATH#INDEX} that {@link #parse} reads. */
    @Override
    public String toString() {
        return path + "#" + index;
    }
}
