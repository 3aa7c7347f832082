package io.chunkserver.core.model;

import java.util.regex.Pattern;

/**
 * The name of a chunk server, unique in its cluster and kept over restarts.
 *
 * @param value 1 to {@value #MAX_CHARACTERS} characters out of {@code A-Z a-z 0-9 . _ -}
 */
public record ServerId(String value) implements Comparable<ServerId> {

    public static final int MAX_CHARACTERS = 64;

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._-]{1," + MAX_CHARACTERS + "}");

    public ServerId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("server id of " + value.length() + " characters must have 1 to "
                    + MAX_CHARACTERS + " out of A-Z a-z 0-9 . _ -");
        }
    }

    @Override
    public int compareTo(ServerId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
