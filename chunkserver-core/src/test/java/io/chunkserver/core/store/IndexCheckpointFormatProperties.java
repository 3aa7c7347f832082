package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.FileStamp;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.testkit.ChunkArbitraries;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** P14: what is encoded is decoded; any bytes are a checkpoint or one typed error. */
class IndexCheckpointFormatProperties {

    private static final Path FOLDER = Path.of("index");
    private static final Path FILE = FOLDER.resolve("checkpoint");

    @Provide
    Arbitrary<IndexCheckpoint> checkpoints() {
        Arbitrary<Integer> numbers = Arbitraries.integers().between(0, 4095);
        Arbitrary<IndexCheckpoint.Entry> entries = Combinators.combine(
                        numbers,
                        ChunkArbitraries.stageRequests(),
                        Arbitraries.longs().between(0, ChunkFileFormat.MAX_CHUNK_BYTES),
                        Arbitraries.integers())
                .as((folder, request, length, crc) -> new IndexCheckpoint.Entry(
                        folder,
                        new ChunkFooter(
                                        request.chunk(),
                                        request.version(),
                                        request.key(),
                                        request.epoch(),
                                        request.tombstone(),
                                        request.durability(),
                                        request.tombstone() ? 0 : length,
                                        crc,
                                        crc,
                                        request.attributes())
                                .info()));
        Arbitrary<FileStamp> stamps =
                Combinators.combine(Arbitraries.integers(), Arbitraries.longs()).as(FileStamp::new);
        Arbitrary<List<IndexCheckpoint.Entry>> someOften =
                entries.list().ofMaxSize(12).map(list -> repeated(list));
        return Combinators.combine(someOften, Arbitraries.maps(numbers, stamps).ofMaxSize(20))
                .as(IndexCheckpoint::new);
    }

    /** So that texts repeat, and that versions of more than one block come. */
    private static List<IndexCheckpoint.Entry> repeated(List<IndexCheckpoint.Entry> entries) {
        return entries.size() < 11
                ? entries
                : entries.stream()
                        .flatMap(entry -> Collections.nCopies(100, entry).stream())
                        .toList();
    }

    private static ByteBuffer write(MemoryDisk disk, IndexCheckpoint checkpoint) throws IOException {
        try (IndexCheckpointFile.Writer writer = new IndexCheckpointFile(disk, FOLDER).write()) {
            for (IndexCheckpoint.Entry entry : checkpoint.versions()) {
                writer.add(entry);
            }
            writer.complete(checkpoint.folders());
        }
        try (DiskFile file = disk.openForRead(FILE)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.readFully(bytes, 0);
            return bytes.flip();
        }
    }

    private static IndexCheckpoint read(ByteBuffer bytes) throws IOException {
        MemoryDisk disk = new MemoryDisk();
        disk.createDirectories(FOLDER);
        try (DiskFile file = disk.create(FILE)) {
            file.writeFully(bytes.duplicate(), 0);
        }
        try {
            return new IndexCheckpointFile(disk, FOLDER).read();
        } finally {
            assertThat(disk.openFiles()).isZero();
        }
    }

    @Property(tries = 300)
    void whatIsWrittenIsRead(@ForAll("checkpoints") IndexCheckpoint checkpoint) throws IOException {
        MemoryDisk disk = new MemoryDisk();
        disk.createDirectories(FOLDER);
        write(disk, checkpoint);

        assertThat(new IndexCheckpointFile(disk, FOLDER).read()).isEqualTo(checkpoint);
        assertThat(disk.openFiles()).isZero();
    }

    @Property(tries = 300)
    void anyChangedBitIsDamage(@ForAll("checkpoints") IndexCheckpoint checkpoint, @ForAll @IntRange int place)
            throws IOException {
        ByteBuffer bytes = write(new MemoryDisk(), checkpoint);
        int bit = (int) (place % (bytes.limit() * 8L));
        bytes.put(bit / 8, (byte) (bytes.get(bit / 8) ^ 1 << bit % 8));

        assertThatThrownBy(() -> read(bytes)).isInstanceOf(ChunkServerException.Corrupt.class);
    }

    @Property(tries = 300)
    void anyPartOfItIsDamage(@ForAll("checkpoints") IndexCheckpoint checkpoint, @ForAll @IntRange int place)
            throws IOException {
        ByteBuffer bytes = write(new MemoryDisk(), checkpoint);
        bytes.limit(place % bytes.limit());

        assertThatThrownBy(() -> read(bytes)).isInstanceOf(ChunkServerException.Corrupt.class);
    }

    @Property
    void anyBytesAreACheckpointOrOneTypedError(@ForAll("garbage") byte[] bytes) throws IOException {
        assertCheckpointOrTypedError(ByteBuffer.wrap(bytes));
        ByteBuffer withHeader = ByteBuffer.allocate(IndexCheckpointFormat.HEADER_BYTES + bytes.length)
                .put(IndexCheckpointFormat.encodeHeader())
                .put(bytes);
        assertCheckpointOrTypedError(withHeader.flip());
    }

    /** The checksum is right, and what it is of is anything. */
    @Property
    void anyBlockIsOneOrOneTypedError(@ForAll("garbage") byte[] body, @ForAll @IntRange(max = 4) int kind) {
        ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).putInt(0, body.length + 1);
        ByteBuffer content =
                ByteBuffer.allocate(body.length + 1).put((byte) kind).put(body).flip();
        int crc = Crc32c.combine(Crc32c.of(length), Crc32c.of(content), content.limit());
        ByteBuffer block = ByteBuffer.allocate(IndexCheckpointFormat.FRAME_BYTES + content.limit())
                .put(length)
                .putInt(crc)
                .put(content)
                .flip();
        try {
            assertThat(IndexCheckpointFormat.decode(block, FILE)).isNotNull();
        } catch (ChunkServerException expected) {
            assertThat(expected).hasMessageContaining("impossible values");
        }
    }

    @Provide
    Arbitrary<byte[]> garbage() {
        return ChunkArbitraries.garbage();
    }

    private static void assertCheckpointOrTypedError(ByteBuffer bytes) throws IOException {
        try {
            assertThat(read(bytes).folders()).isEqualTo(Map.of());
        } catch (ChunkServerException expected) {
            assertThat(expected).hasMessageContaining("checkpoint");
        }
    }
}
