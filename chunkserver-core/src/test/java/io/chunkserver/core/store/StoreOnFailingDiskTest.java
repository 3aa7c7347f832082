package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.FaultyDisk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoreOnFailingDiskTest extends StoreOnMemoryDisk {

    private static final IOException NO_HANDLE =
            Failure.of(ErrorCode.OVERLOADED, "no file handle is free").toException();

    private final AtomicReference<String> failing = new AtomicReference<>("");
    private IOException failure = new IOException("Input/output error");

    /** As when the file system is gone and the empty folder under it is seen. */
    private boolean unmounted;

    /** The disk, but that calls of the method with the name in {@link #failing} fail. */
    private Disk failingDisk() {
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(failing.get())) {
                        throw failure;
                    }
                    if (unmounted && method.getName().equals("openForRead")) {
                        throw new NoSuchFileException(arguments[0].toString());
                    }
                    if (unmounted && method.getName().equals("stamp")) {
                        return Optional.empty();
                    }
                    try {
                        return method.invoke(disk, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @BeforeEach
    void openOnTheFailingDisk() throws IOException {
        store = open(failingDisk());
    }

    @Test
    void aFailedForceIsNeverTriedIntoSuccess() throws IOException {
        put(CHUNK, 1);
        failing.set("forceDirectory");
        assertThatThrownBy(() -> store.forcePublished()).isSameAs(failure);
        failing.set("");

        assertThatThrownBy(() -> store.forcePublished())
                .isInstanceOfSatisfying(
                        ChunkServerException.Unavailable.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FAILED));
    }

    /** The folder was not even opened for it. */
    @Test
    void aForceForWhichNoHandleWasFreeIsTriedAgain() throws IOException {
        put(CHUNK, 1);
        failure = NO_HANDLE;
        failing.set("forceDirectory");
        assertThatThrownBy(() -> store.forcePublished()).isSameAs(failure);
        failing.set("");

        store.forcePublished();
    }

    @Test
    void aLackOfFileHandlesIsNoDamage() throws IOException {
        ChunkInfo info = put(CHUNK, 1);
        failure = NO_HANDLE;
        failing.set("openForRead");
        assertThatThrownBy(() -> store.open(CHUNK)).isSameAs(failure);
        assertThatThrownBy(() -> store.withdraw(info)).isSameAs(failure);
        failing.set("");

        assertThat(store.verify(CHUNK)).isEqualTo(info);
        assertThat(store.missing(CHUNK)).isEmpty();
    }

    @Test
    void aVersionIsNotFinishedWhenItsNameCouldNotBeForced() {
        failing.set("forceDirectory");
        assertThatThrownBy(() -> stage(CHUNK, 1, Durability.SYNC)).isSameAs(failure);
        assertThat(store.staged()).isEmpty();
    }

    @Test
    void aChunkThatCouldNotBeDeletedIsStillThere() throws IOException {
        ChunkInfo info = put(CHUNK, 1);
        failing.set("delete");
        assertThatThrownBy(() -> store.delete(CHUNK, info.version())).isSameAs(failure);

        assertThat(store.verify(CHUNK)).isEqualTo(info);
        assertThat(store.snapshot().publishedBytes()).isEqualTo(info.storedBytes());
    }

    @Test
    void aChunkThatCouldNotBePublishedIsAsItWas() throws IOException {
        ChunkInfo info = put(CHUNK, 1);
        StageKey key = stage(CHUNK, 2, Durability.SYNC);
        failing.set("rename");
        assertThatThrownBy(() -> store.publish(CHUNK, key)).isSameAs(failure);

        assertThat(store.verify(CHUNK)).isEqualTo(info);
        failing.set("");
        store.publish(CHUNK, key);
    }

    /** A folder takes room, and after the vote of a transaction there may be none left. */
    @Test
    void publishingNeedsNoNewFolder() throws IOException {
        StageKey key = stage(CHUNK, 1, Durability.SYNC);
        failing.set("createDirectories");

        store.publish(CHUNK, key);
        store.verify(CHUNK);
    }

    @Test
    void filesThatCannotBeOpenedAreNotTakenForDamagedOnes() throws IOException {
        put(CHUNK, 1);
        failing.set("openForRead");
        store.close();
        assertThatThrownBy(() -> open(failingDisk())).isSameAs(failure);

        failing.set("");
        store = open(failingDisk());
        assertThat(store.findings()).isEmpty();
        store.verify(CHUNK);
    }

    @Test
    void aFooterThatWasReadWronglyOnceIsNoDamage() throws IOException {
        // So few that the bit which is wrong is one of the footer's.
        byte[] few = new byte[10];
        StageKey published = stage(CHUNK, 1, Durability.SYNC, few);
        ChunkInfo info = store.publish(CHUNK, published).info();
        StageKey key = stage(OTHER, 1, Durability.SYNC, few);
        store.close();
        disk.delete(DataDirectory.INDEX.resolve("checkpoint"));

        for (String name : List.of(".chunk", ".staged")) {
            store = open(new FaultyDisk(
                    disk,
                    DiskScript.once(
                            operation -> operation.kind() == DiskOperation.Kind.READ
                                    && operation.path().toString().endsWith(name),
                            0,
                            DiskFault.FLIPPED_BIT)));
            assertThat(store.findings()).isEmpty();
            assertThat(store.verify(CHUNK)).isEqualTo(info);
            assertThat(store.staged()).extracting(StagedVersion::key).containsExactly(key);
            store.close();
            disk.delete(DataDirectory.INDEX.resolve("checkpoint"));
        }
    }

    @Test
    void aFileSystemThatIsNotMountedIsNotTakenForDamage() throws IOException {
        ChunkInfo info = put(CHUNK, 1);
        unmounted = true;

        assertThatThrownBy(() -> store.verify(CHUNK))
                .isNotInstanceOf(ChunkServerException.class)
                .hasMessageContaining("mounted");
        assertThatThrownBy(() -> store.withdraw(info)).hasMessageContaining("mounted");

        unmounted = false;
        assertThat(store.verify(CHUNK)).isEqualTo(info);
    }
}
