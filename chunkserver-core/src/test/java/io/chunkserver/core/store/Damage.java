package io.chunkserver.core.store;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;

/** Every way in which a chunk file is harmed that tests know, by the region that it hits. Each leaves the file another than it was. */
public enum Damage {
    FLIPPED_BIT_IN_THE_FIRST_BLOCK("block 0") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.flip(0);
        }
    },
    FLIPPED_BIT_IN_THE_LAST_BLOCK("block") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.flip(victim.lengthBytes - 1);
        }
    },
    ZEROED_BLOCK("block 0") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.write(0, new byte[(int) Math.min(BlockLayout.BLOCK_BYTES, victim.lengthBytes)]);
        }
    },
    BLOCK_OF_ANOTHER_PLACE("block 0") {
        @Override
        public void to(Victim victim) throws IOException {
            // Of a chunk of one block its first half in the place of its second.
            int half = (int) Math.min(BlockLayout.BLOCK_BYTES, victim.lengthBytes / 2);
            byte[] moved = Arrays.copyOfRange(victim.bytes(), half, half + half);
            victim.write(0, moved);
        }
    },
    FLIPPED_BIT_IN_THE_TABLE("table of checksums") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.flip(victim.lengthBytes + 1);
        }
    },
    FLIPPED_BIT_IN_THE_FORMAT("footer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.flip(victim.footerAt() + 3);
        }
    },
    FLIPPED_BIT_IN_THE_FLAGS("footer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.flip(victim.footerAt() + 7);
        }
    },
    FLIPPED_BIT_IN_THE_VERSION("footer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.flip(victim.footerAt() + 15);
        }
    },
    FLIPPED_BIT_IN_THE_LENGTH("footer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.flip(victim.footerAt() + 31);
        }
    },
    FLIPPED_BIT_IN_THE_TRANSACTION("footer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.flip(victim.footerAt() + 47);
        }
    },
    FLIPPED_BIT_IN_THE_PATH("footer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.flip(victim.sizeBytes - 16 - 4);
        }
    },
    FLIPPED_BIT_IN_THE_FOOTER_LENGTH("footer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.flip(victim.sizeBytes - 13);
        }
    },
    FLIPPED_BIT_IN_THE_FOOTER_CHECKSUM("footer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.flip(victim.sizeBytes - 9);
        }
    },
    FLIPPED_BIT_IN_THE_MAGIC("trailer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.flip(victim.sizeBytes - 1);
        }
    },
    CUT_TO_NOTHING("too short") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.cut(0);
        }
    },
    CUT_IN_THE_DATA("does not end in a trailer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.cut(Math.max(20, victim.lengthBytes / 2));
        }
    },
    CUT_AFTER_THE_DATA("does not end in a trailer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.cut(victim.lengthBytes);
        }
    },
    CUT_AFTER_THE_TABLE("does not end in a trailer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.cut(victim.footerAt());
        }
    },
    CUT_IN_THE_FOOTER("does not end in a trailer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.cut(victim.sizeBytes - 40);
        }
    },
    CUT_BY_ITS_LAST_BYTE("does not end in a trailer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.cut(victim.sizeBytes - 1);
        }
    },
    LONGER_BY_A_BYTE("does not end in a trailer") {
        @Override
        public void to(Victim victim) throws IOException {
            victim.write(victim.sizeBytes, new byte[1]);
        }
    },
    FOOTER_OF_ANOTHER_LENGTH("footer tells of") {
        @Override
        public void to(Victim victim) throws IOException {
            byte[] file = victim.bytes();
            byte[] shorter = Arrays.copyOfRange(file, 1, file.length);
            ChunkFiles.replace(victim.disk, victim.file, shorter);
        }
    },
    MISSING("missing") {
        @Override
        public void to(Victim victim) throws IOException {
            // Who has it open would go on reading it, and that copy would still be good.
            victim.cut(0);
            victim.disk.delete(victim.file);
        }
    },
    FILE_OF_ANOTHER_CHUNK("holds version") {
        @Override
        public void to(Victim victim) throws IOException {
            ChunkFiles.replace(victim.disk, victim.file, victim.other.get());
        }
    },
    OLDER_COPY("holds version") {
        @Override
        public void to(Victim victim) throws IOException {
            ChunkFiles.replace(victim.disk, victim.file, victim.older.get());
        }
    };

    private final String finding;

    Damage(String finding) {
        this.finding = finding;
    }

    /** Words that who finds it says. */
    public String finding() {
        return finding;
    }

    public abstract void to(Victim victim) throws IOException;

    /** Whether bytes of data are harmed. Where they are not, whoever had the file open before goes on to read what is right. */
    public boolean harmsData() {
        return switch (this) {
            case FLIPPED_BIT_IN_THE_FIRST_BLOCK,
                    FLIPPED_BIT_IN_THE_LAST_BLOCK,
                    ZEROED_BLOCK,
                    BLOCK_OF_ANOTHER_PLACE,
                    CUT_TO_NOTHING,
                    CUT_IN_THE_DATA,
                    FOOTER_OF_ANOTHER_LENGTH,
                    MISSING,
                    FILE_OF_ANOTHER_CHUNK,
                    OLDER_COPY -> true;
            default -> false;
        };
    }

    /**
     * A file that is to be harmed. It has data of two bytes or more.
     *
     * @param other the file of another chunk
     * @param older the file of an earlier version of this chunk
     */
    public record Victim(
            Disk disk, Path file, long lengthBytes, long sizeBytes, Supplier<byte[]> other, Supplier<byte[]> older) {

        /** One with {@code lengthBytes} bytes of data, as it is now. */
        public static Victim of(Disk disk, Path file, long lengthBytes, byte[] other, byte[] older) throws IOException {
            return new Victim(disk, file, lengthBytes, disk.size(file).orElseThrow(), () -> other, () -> older);
        }

        long footerAt() {
            return lengthBytes + ChunkFileFormat.tableBytes(lengthBytes);
        }

        byte[] bytes() throws IOException {
            return ChunkFiles.bytes(disk, file);
        }

        void flip(long position) throws IOException {
            write(position, new byte[] {(byte) (bytes()[(int) position] ^ 1)});
        }

        void write(long position, byte[] bytes) throws IOException {
            try (DiskFile open = disk.openForWrite(file)) {
                open.writeFully(ByteBuffer.wrap(bytes), position);
            }
        }

        void cut(long size) throws IOException {
            try (DiskFile open = disk.openForWrite(file)) {
                open.truncate(size);
            }
        }
    }
}
