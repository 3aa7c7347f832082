package io.chunkserver.core.commit.log;

/** The kinds of entries in a batch. Codes are only ever added. */
enum LogRecordType {
    PREPARED(1),
    DECIDED(2),
    COMMITTED(3),
    ABORTED(4),
    ENDED(5),
    FORGOTTEN(6),
    REMOVED(7),
    SETTLED_BY_HAND(8),
    CONTINUED(9),
    CHECKPOINT_BEGIN(16),
    CHECKPOINT_PREPARED(17),
    CHECKPOINT_DECIDED(18),
    CHECKPOINT_OUTCOME(19),
    CHECKPOINT_END(20),
    CHECKPOINT_REMOVED(21),
    CHECKPOINT_SETTLED_PROMISE(22);

    private final byte code;

    LogRecordType(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static LogRecordType of(byte code) throws MalformedLogException {
        for (LogRecordType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        throw new MalformedLogException("an entry has the unknown type " + code);
    }
}
