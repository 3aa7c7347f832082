package io.chunkserver.core.model;

import java.time.Instant;

/**
 * Names one transaction, chosen by the client and kept for all retries of the same store or delete.
 *
 * <p>Written {@code CLIENT:STARTED:SEQUENCE}. The pair of client and sequence is unique as long as client ids
 * are; the start time lets a server refuse an id that is older than its memory of outcomes instead of applying
 * it a second time. The start time comes from the client's wall clock and is used for nothing else.
 *
 * @param client        1 to {@value #MAX_CLIENT_CHARACTERS} characters out of {@code A-Z a-z 0-9 . _ -}
 * @param startedMillis when the client made this id, in milliseconds since 1970
 * @param sequence      the client's own count, from 0
 */
public record TransactionId(String client, long startedMillis, long sequence) implements Comparable<TransactionId> {

    public static final int MAX_CLIENT_CHARACTERS = 64;

    public TransactionId {
        if (!isClient(client)) {
            throw new IllegalArgumentException("transaction client id of " + client.length()
                    + " characters must have 1 to " + MAX_CLIENT_CHARACTERS + " out of A-Z a-z 0-9 . _ -");
        }
        if (startedMillis < 0 || sequence < 0) {
            throw new IllegalArgumentException(
                    "transaction start time " + startedMillis + " and sequence " + sequence + " must not be below 0");
        }
    }

    /** By hand: a start reads hundreds of thousands of ids before anything is compiled. */
    private static boolean isClient(String text) {
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            boolean allowed = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '.'
                    || c == '_'
                    || c == '-';
            if (!allowed) {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= MAX_CLIENT_CHARACTERS;
    }

    /**
     * Reads the form {@code CLIENT:STARTED:SEQUENCE}.
     *
     * @throws IllegalArgumentException when the text is no transaction id
     */
    public static TransactionId parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("a transaction id is written CLIENT:STARTED:SEQUENCE");
        }
        try {
            return new TransactionId(parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2]));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the start time or the sequence of a transaction id is no number", e);
        }
    }

    public Instant started() {
        return Instant.ofEpochMilli(startedMillis);
    }

    /** Orders by start time first, which is the order in which outcomes are forgotten. */
    @Override
    public int compareTo(TransactionId other) {
        int order = Long.compare(startedMillis, other.startedMillis);
        if (order == 0) {
            order = client.compareTo(other.client);
        }
        return order != 0 ? order : Long.compare(sequence, other.sequence);
    }

    @Override
    public String toString() {
        return client + ":" + startedMillis + ":" + sequence;
    }
}
