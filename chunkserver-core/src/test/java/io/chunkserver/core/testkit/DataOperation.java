package io.chunkserver.core.testkit;

import java.util.ArrayList;
import java.util.List;

/** A change of a file's bytes or size that was not forced yet. */
sealed interface DataOperation {

    int SECTOR_BYTES = 512;

    void applyTo(ByteImage image);

    /** Applies what a crash leaves of it. */
    void crash(ByteImage image, CrashChoices choices);

    /**
     * Bytes were written.
     *
     * <p>A crash leaves nothing of them, all of them, a part that begins or ends at a sector of the file, all but one
     * sector, or, where the file grew, its size with zeros in place of all of them or of the last sectors.
     */
    final class Write implements DataOperation {

        private enum Rest {
            NOTHING,
            FIRST_PART,
            LAST_PART,
            ALL_BUT_ONE_SECTOR,
            SIZE,
            SIZE_AND_FIRST_PART,
            ALL
        }

        private final int position;
        private final byte[] bytes;

        /** Takes over the array. */
        Write(int position, byte[] bytes) {
            this.position = position;
            this.bytes = bytes;
        }

        @Override
        public void applyTo(ByteImage image) {
            image.write(position, bytes, 0, bytes.length);
        }

        @Override
        public void crash(ByteImage image, CrashChoices choices) {
            if (bytes.length == 0) {
                return;
            }
            List<Rest> rests = rests(image);
            switch (rests.get(choices.choose(rests.size()))) {
                case NOTHING -> {}
                case FIRST_PART -> image.write(position, bytes, 0, cut(1 + choose(choices, sectors() - 1)));
                case LAST_PART -> {
                    int from = cut(1 + choose(choices, sectors() - 1));
                    image.write(position + from, bytes, from, bytes.length);
                }
                case ALL_BUT_ONE_SECTOR -> {
                    int hole = 1 + choose(choices, sectors() - 2);
                    image.write(position, bytes, 0, cut(hole));
                    image.write(position + cut(hole + 1), bytes, cut(hole + 1), bytes.length);
                }
                case SIZE -> image.grow(position + bytes.length);
                case SIZE_AND_FIRST_PART -> {
                    image.write(position, bytes, 0, cut(1 + choose(choices, sectors() - 1)));
                    image.grow(position + bytes.length);
                }
                case ALL -> applyTo(image);
            }
        }

        private List<Rest> rests(ByteImage image) {
            List<Rest> rests = new ArrayList<>();
            rests.add(Rest.NOTHING);
            if (sectors() > 1) {
                rests.add(Rest.FIRST_PART);
                rests.add(Rest.LAST_PART);
            }
            if (sectors() > 2) {
                rests.add(Rest.ALL_BUT_ONE_SECTOR);
            }
            if (position + bytes.length > image.size()) {
                rests.add(Rest.SIZE);
                if (sectors() > 1) {
                    rests.add(Rest.SIZE_AND_FIRST_PART);
                }
            }
            rests.add(Rest.ALL);
            return rests;
        }

        private static int choose(CrashChoices choices, int alternatives) {
            return alternatives == 1 ? 0 : choices.choose(alternatives);
        }

        /** Sectors of the file that it touches. */
        private int sectors() {
            return (position + bytes.length - 1) / SECTOR_BYTES - position / SECTOR_BYTES + 1;
        }

        /** Where in the bytes this one of its sectors begins. */
        private int cut(int sector) {
            return (position / SECTOR_BYTES + sector) * SECTOR_BYTES - position;
        }
    }

    /** The file was cut to a size. */
    record Truncate(int size) implements DataOperation {

        @Override
        public void applyTo(ByteImage image) {
            image.truncate(size);
        }

        @Override
        public void crash(ByteImage image, CrashChoices choices) {
            if (size < image.size() && choices.choose(2) == 1) {
                applyTo(image);
            }
        }
    }
}
