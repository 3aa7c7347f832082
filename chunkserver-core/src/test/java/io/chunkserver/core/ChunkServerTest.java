package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ByteRange;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One server in process, on real files. */
class ChunkServerTest {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 1_000_000})
    void whatWasStoredIsReadBackAfterARestart(int length) throws IOException {
        byte[] bytes = bytes(length, 1);
        try (ChunkServer server = start()) {
            Receipt receipt = server.store(CHUNK, new ByteArrayInputStream(bytes), length);
            assertThat(receipt.version().number()).isEqualTo(1);
            assertThat(receipt.lengthBytes()).isEqualTo(length);
            assertThat(receipt.applied()).containsExactly(new ServerId("one"));
            assertThat(read(server)).isEqualTo(bytes);
        }
        try (ChunkServer server = start()) {
            assertThat(read(server)).isEqualTo(bytes);
            assertThat(server.transactions()).isEmpty();
        }
    }

    @Test
    void aStoreReplacesAndItsSpaceIsThatOfTheLastVersion() throws IOException {
        try (ChunkServer server = start()) {
            server.store(CHUNK, new ByteArrayInputStream(bytes(500_000, 1)), 500_000);
            byte[] second = bytes(1000, 2);
            assertThat(server.store(CHUNK, new ByteArrayInputStream(second), 64 * 1024 * 1024L)
                            .version()
                            .number())
                    .isEqualTo(2);
            assertThat(read(server)).isEqualTo(second);
            assertThat(server.status().space().reservedBytes()).isZero();
            assertThat(server.status().space().usedBytes())
                    .isEqualTo(server.stat(CHUNK).orElseThrow().storedBytes());
        }
    }

    @Test
    void aDeletedChunkIsGoneAndALaterStoreGoesOnFromItsTombstone() throws IOException {
        try (ChunkServer server = start()) {
            server.store(CHUNK, new ByteArrayInputStream(bytes(10, 1)), 10);
            assertThat(server.delete(CHUNK, List.of()).version().number()).isEqualTo(2);
            assertThat(server.stat(CHUNK)).isEmpty();
            assertThat(server.list("", null, 10)).isEmpty();
            assertCode(ErrorCode.CHUNK_NOT_FOUND, () -> read(server));
            assertCode(ErrorCode.CHUNK_NOT_FOUND, () -> server.delete(CHUNK, List.of()));
            assertThat(server.store(CHUNK, new ByteArrayInputStream(bytes(10, 2)), 10)
                            .version()
                            .number())
                    .isEqualTo(3);
        }
    }

    @Test
    void aRangeIsReadFromTheMiddleAndRefusedPastTheEnd() throws IOException {
        byte[] bytes = bytes(200_000, 3);
        try (ChunkServer server = start()) {
            server.store(CHUNK, new ByteArrayInputStream(bytes), bytes.length);
            ByteArrayOutputStream middle = new ByteArrayOutputStream();
            server.read(CHUNK, new ByteRange(65_000, 70_000), middle);
            assertThat(middle.toByteArray()).isEqualTo(java.util.Arrays.copyOfRange(bytes, 65_000, 135_000));
            assertCode(
                    ErrorCode.RANGE_NOT_SATISFIABLE,
                    () -> server.read(CHUNK, new ByteRange(199_999, 2), new ByteArrayOutputStream()));
        }
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheAvailableBytesAndLeavesNothing() throws IOException {
        try (ChunkServer server = ChunkServer.builder(directory)
                .serverId(new ServerId("one"))
                .config(ChunkServerConfig.DEFAULT.withSpaceLimitBytes(100_000))
                .start()) {
            assertThatThrownBy(() -> server.store(CHUNK, new ByteArrayInputStream(bytes(200_000, 1)), 200_000))
                    .asInstanceOf(InstanceOfAssertFactories.type(ChunkServerException.InsufficientSpace.class))
                    .satisfies(refused -> {
                        assertThat(refused.failure().availableBytes()).hasValue(100_000);
                        assertThat(refused.failure().message()).contains("chunk " + CHUNK);
                    });
            assertCode(
                    ErrorCode.CHUNK_TOO_LARGE,
                    () -> server.store(CHUNK, new ByteArrayInputStream(bytes(1, 1)), 65L * 1024 * 1024));
            assertThat(server.status().space().reservedBytes()).isZero();
            assertThat(server.transactions()).isEmpty();
        }
    }

    @Test
    void moreBytesThanAnnouncedAbortTheStore() throws IOException {
        try (ChunkServer server = start()) {
            assertCode(
                    ErrorCode.INVALID_ARGUMENT,
                    () -> server.store(CHUNK, new ByteArrayInputStream(bytes(200_000, 1)), 100_000));
            assertThat(server.stat(CHUNK)).isEmpty();
            assertThat(server.status().space().reservedBytes()).isZero();
        }
    }

    @Test
    void aSecondServerOnTheDirectoryIsRefusedAndSoIsAnotherServersName() throws IOException {
        ChunkServer first = start();
        assertCode(ErrorCode.DIRECTORY_LOCKED, this::start);
        first.close();
        first.close();
        assertCode(
                ErrorCode.WRONG_SERVER,
                () -> ChunkServer.builder(directory)
                        .serverId(new ServerId("two"))
                        .start());
        start().close();
    }

    private ChunkServer start() throws IOException {
        return ChunkServer.builder(directory).serverId(new ServerId("one")).start();
    }

    private static byte[] read(ChunkServer server) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        server.read(CHUNK, target);
        return target.toByteArray();
    }

    private static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Whoever reads must be able to tell the disk's failure from that of his own stream. */
    @Test
    void aDiskThatFailsInTheMidstOfAReadIsToldByItsCodeAndTheStreamsOwnFailureAsItIs() throws IOException {
        AtomicBoolean fails = new AtomicBoolean();
        Disk disk = new FaultyDisk(
                new MemoryDisk(),
                operation -> fails.get() && operation.kind() == DiskOperation.Kind.READ
                        ? DiskFault.IO_ERROR
                        : DiskFault.NONE);
        try (ChunkServer server =
                ChunkServer.builder(disk).serverId(new ServerId("one")).start()) {
            server.store(CHUNK, new ByteArrayInputStream(bytes(300_000, 1)), 300_000);
            assertThatThrownBy(() -> server.read(CHUNK, onFirstWrite(() -> fails.set(true))))
                    .isInstanceOfSatisfying(ChunkServerException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.DISK_FAILED);
                        assertThat(e.failure().server()).contains(new ServerId("one"));
                    });
            fails.set(false);
            IOException own = new IOException("the stream's own");
            assertThatThrownBy(() -> server.read(CHUNK, onFirstWrite(() -> {
                        throw own;
                    })))
                    .isSameAs(own);
        }
    }

    @Test
    void aReadThatTheEndOfTheServerCutsOffSaysSo() throws IOException {
        ChunkServer server = start();
        server.store(CHUNK, new ByteArrayInputStream(bytes(300_000, 1)), 300_000);
        assertCode(ErrorCode.DRAINING, () -> server.read(CHUNK, onFirstWrite(server::close)));
    }

    /** The directory may be another server's by then. */
    @Test
    void aClosedServerWritesNothingIntoItsDirectory() throws IOException {
        ChunkServer gone = start();
        gone.close();
        try (ChunkServer next = start()) {
            assertCode(ErrorCode.DRAINING, gone::drain);
            assertCode(ErrorCode.DRAINING, gone::resume);
            assertCode(ErrorCode.DRAINING, () -> gone.reachableAt("127.0.0.1:5", 5));
            assertCode(
                    ErrorCode.DRAINING,
                    () -> gone.emptyDirectory(next.identity().uuid(), true));
            assertThat(gone.startScrub()).isFalse();
        }
        try (ChunkServer later = start()) {
            assertThat(later.status().state()).isEqualTo(ServerState.READY);
            assertThat(later.identity().lastPort()).isZero();
            assertThat(later.identity().bootCount()).isEqualTo(gone.identity().bootCount() + 2);
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    /** A stream that takes everything, and does this first. */
    private static OutputStream onFirstWrite(Step step) {
        return new OutputStream() {

            private boolean written;

            @Override
            public void write(int one) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                if (!written) {
                    written = true;
                    step.run();
                }
            }
        };
    }

    private static void assertCode(ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(InstanceOfAssertFactories.type(ChunkServerException.class))
                .extracting(ChunkServerException::code)
                .isEqualTo(code);
    }
}
