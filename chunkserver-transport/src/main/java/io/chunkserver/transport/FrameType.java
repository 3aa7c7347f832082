package io.chunkserver.transport;

/** What a frame is within its exchange. The number is the byte on the wire and never changes. */
public enum FrameType {
    /** Opens a connection, from both sides. */
    HELLO(1),
    /** Begins an exchange: the header says what is asked. */
    REQUEST(2),
    /** Bytes of a chunk: the body is one checksum block. */
    DATA(3),
    /** Ends the bytes of a chunk: the header has their length and checksum. */
    END(4),
    /** Answers a request. */
    RESPONSE(5),
    /** Answers a request with a failure. */
    ERROR(6),
    /** The one who asked gives up. */
    CANCEL(7),
    /** Shows that the sender knows the shared secret; before HELLO, from both sides, where servers are given one. */
    PROOF(8);

    private final int number;

    FrameType(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /**
     * Reads {@link #number()}.
     *
     * @throws IllegalArgumentException for any other number
     */
    public static FrameType of(int number) {
        for (FrameType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        throw new IllegalArgumentException("frame type " + number + " is unknown");
    }
}
