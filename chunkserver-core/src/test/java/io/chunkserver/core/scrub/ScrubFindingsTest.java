package io.chunkserver.core.scrub;

import static io.chunkserver.core.scrub.ScrubbedStore.bytes;
import static io.chunkserver.core.scrub.ScrubbedStore.chunk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.ChunkFiles;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.Damage;
import io.chunkserver.core.store.DamageFinding;
import io.chunkserver.core.store.MissingVersion;
import io.chunkserver.core.store.StrayFile;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of damage to a chunk file: what a scrub finds, and what becomes of the copy. */
class ScrubFindingsTest {

    private static final int HARMED = 1;

    private ScrubbedStore scrubbed;
    private byte[] older;
    private ChunkInfo version;

    @BeforeEach
    void storeThreeChunks() throws IOException {
        scrubbed = new ScrubbedStore();
        scrubbed.put(0, 1);
        scrubbed.put(HARMED, 1);
        older = ChunkFiles.bytes(scrubbed.memory, ChunkFiles.of(chunk(HARMED)));
        version = scrubbed.put(HARMED, 2);
        scrubbed.put(2, 1);
    }

    @AfterEach
    void leavesNoFileOpen() throws IOException {
        scrubbed.close();
        assertThat(scrubbed.memory.openFiles()).isZero();
    }

    private void harm(Damage damage) throws IOException {
        byte[] other = ChunkFiles.bytes(scrubbed.memory, ChunkFiles.of(chunk(2)));
        scrubbed.harm(HARMED, damage, other, older);
    }

    private long damagedInCycle() {
        scrubbed.finishCycle();
        ScrubStatus status = scrubbed.scrubber.status();
        assertThat(status.chunks()).isEqualTo(scrubbed.store.list("", null, 10).size());
        assertThat(status.unreadable()).isZero();
        return status.damaged();
    }

    @Test
    void nothingIsWrongWithWhatIsSound() {
        assertThat(damagedInCycle()).isZero();
        assertThat(scrubbed.damaged).isEmpty();
        assertThat(scrubbed.strays).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void itIsFoundAndSaidWhatIsWrong(Damage damage) throws IOException {
        harm(damage);

        assertThat(damagedInCycle()).isEqualTo(1);
        assertThat(scrubbed.damaged).containsOnlyKeys(version);
        assertThat(scrubbed.damaged.get(version))
                .contains(chunk(HARMED).toString(), damage.finding())
                .contains(
                        damage == Damage.MISSING
                                ? "is missing"
                                : ChunkFiles.of(chunk(HARMED)).toString());
        assertThat(scrubbed.strays).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void theCopyLeavesServiceAndStaysMissingUntilOneAsNewComes(Damage damage) throws IOException {
        harm(damage);
        Optional<byte[]> harmed = damage == Damage.MISSING
                ? Optional.empty()
                : Optional.of(ChunkFiles.bytes(scrubbed.memory, ChunkFiles.of(chunk(HARMED))));

        DamageFinding finding = scrubbed.store.withdraw(version).orElseThrow();

        assertThat(ChunkFiles.bytes(scrubbed.memory, finding.quarantine())).isEqualTo(harmed.orElse(new byte[0]));
        assertThat(finding.quarantine()).startsWithRaw(DataDirectory.QUARANTINE);
        assertOutOfService();
        scrubbed.reopen();
        assertOutOfService();
        assertThatThrownBy(() -> scrubbed.put(HARMED, 1)).isInstanceOf(ChunkServerException.Conflict.class);
        ChunkInfo healed = scrubbed.put(HARMED, 2);
        assertThat(scrubbed.store.missing(chunk(HARMED))).isEmpty();
        assertThat(scrubbed.store.verify(chunk(HARMED))).isEqualTo(healed);
        scrubbed.reopen();
        assertThat(scrubbed.store.missing(chunk(HARMED))).isEmpty();
        assertThat(damagedInCycle()).isZero();
    }

    private void assertOutOfService() {
        assertThat(scrubbed.store.stat(chunk(HARMED))).isEmpty();
        assertThat(scrubbed.store.missing(chunk(HARMED))).contains(new MissingVersion(new ChunkVersion(2), 0));
        assertThatThrownBy(() -> scrubbed.store.open(chunk(HARMED)))
                .isInstanceOf(ChunkServerException.Corrupt.class)
                .hasMessageContainingAll(chunk(HARMED).toString(), "version 2", "damaged or missing", "if none has");
    }

    @Test
    void anOlderFileThatIsPutBackWhileTheServerIsDownStaysOutOfService() throws IOException {
        harm(Damage.ZEROED_BLOCK);
        scrubbed.store.withdraw(version);
        scrubbed.store.close();
        ChunkFiles.replace(scrubbed.memory, ChunkFiles.of(chunk(HARMED)), older);
        scrubbed.reopen();

        assertThat(scrubbed.store.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.reason()).contains("version 1", "older than version 2");
            assertThat(ChunkFiles.bytes(scrubbed.memory, finding.quarantine())).isEqualTo(older);
        });
        assertOutOfService();
        ChunkInfo healed = scrubbed.put(HARMED, 2);
        assertThat(scrubbed.store.verify(chunk(HARMED))).isEqualTo(healed);
    }

    /** The folder of the chunk is as the checkpoint has it, so the file itself is not looked into. */
    @Test
    void aPublishedVersionOfTheCheckpointIsNotServedForANewerOneThatIsMissing() throws IOException {
        scrubbed.reopen();
        scrubbed.reopen();
        scrubbed.store.close();
        String hash = ChunkFiles.of(chunk(HARMED)).getFileName().toString().replace(".chunk", "");
        ChunkFiles.replace(scrubbed.memory, DataDirectory.QUARANTINE.resolve(hash + ".7.0.1.0.missing"), new byte[0]);
        scrubbed.reopen();

        assertThat(scrubbed.store.stat(chunk(HARMED))).isEmpty();
        assertThat(scrubbed.store.missing(chunk(HARMED))).contains(new MissingVersion(new ChunkVersion(7), 0));
        assertThat(scrubbed.store.findings()).hasSize(1);
        scrubbed.reopen();
        assertThat(scrubbed.store.findings()).isEmpty();
        assertThat(scrubbed.store.missing(chunk(HARMED))).isPresent();
    }

    @Test
    void aVersionThatWasReplacedMeanwhileIsNotTouched() throws IOException {
        harm(Damage.ZEROED_BLOCK);
        ChunkInfo next = scrubbed.put(HARMED, 3);

        assertThat(scrubbed.store.withdraw(version)).isEmpty();
        assertThat(scrubbed.store.verify(chunk(HARMED))).isEqualTo(next);
    }

    // What no version in the index is

    @Test
    void aFileOfAChunkThatIsNotStoredHere() throws IOException {
        byte[] file = ChunkFiles.bytes(scrubbed.memory, ChunkFiles.of(chunk(HARMED)));
        scrubbed.store.delete(chunk(HARMED), version.version());
        ChunkFiles.replace(scrubbed.memory, ChunkFiles.of(chunk(HARMED)), file);

        assertThat(damagedInCycle()).isZero();

        assertThat(scrubbed.strays).singleElement().satisfies(stray -> {
            assertThat(stray.chunk()).contains(chunk(HARMED));
            assertThat(stray.reason()).contains("which is not stored here");
        });
        assertSetAside(file);
    }

    @Test
    void aDuplicateUnderTheNameOfAChunkThatIsNotStoredHere() throws IOException {
        byte[] file = ChunkFiles.bytes(scrubbed.memory, ChunkFiles.of(chunk(2)));
        scrubbed.store.delete(chunk(HARMED), version.version());
        ChunkFiles.replace(scrubbed.memory, ChunkFiles.of(chunk(HARMED)), file);

        assertThat(damagedInCycle()).isZero();

        assertThat(scrubbed.strays)
                .singleElement()
                .satisfies(stray -> assertThat(stray.reason()).contains("which has another place"));
        assertSetAside(file);
    }

    @Test
    void aFileThatIsNoChunkUnderTheNameOfOne() throws IOException {
        byte[] file = new byte[500];
        scrubbed.store.delete(chunk(HARMED), version.version());
        ChunkFiles.replace(scrubbed.memory, ChunkFiles.of(chunk(HARMED)), file);

        assertThat(damagedInCycle()).isZero();

        assertThat(scrubbed.strays)
                .singleElement()
                .satisfies(stray -> assertThat(stray.chunk()).isEmpty());
        assertSetAside(file);
    }

    @Test
    void ofFilesThatDoNotTellTheirChunkThoseInAChunksPlaceAreNoStrays() throws IOException {
        Path owned = ChunkFiles.of(chunk(HARMED));
        List<Path> others = List.of("0", "f").stream()
                .map(digit -> owned.resolveSibling(
                        owned.getFileName().toString().substring(0, 3) + digit.repeat(61) + ".chunk"))
                .toList();
        for (Path file : others) {
            ChunkFiles.replace(scrubbed.memory, file, new byte[500]);
        }
        ChunkFiles.replace(scrubbed.memory, owned, new byte[500]);

        assertThat(damagedInCycle()).isEqualTo(1);

        assertThat(scrubbed.strays).extracting(StrayFile::file).containsExactlyInAnyOrderElementsOf(others);
    }

    private void assertSetAside(byte[] file) throws IOException {
        DamageFinding finding =
                scrubbed.store.strayFiles().setAside(scrubbed.strays.get(0)).orElseThrow();
        assertThat(ChunkFiles.bytes(scrubbed.memory, finding.quarantine())).isEqualTo(file);
        assertThat(scrubbed.memory.size(finding.file())).isEmpty();
        assertThat(scrubbed.store.missing(chunk(HARMED))).isEmpty();
        scrubbed.strays.clear();
        scrubbed.finishCycle();
        assertThat(scrubbed.strays).isEmpty();
    }

    @Test
    void whatIsStoredAgainBeforeItIsSetAsideIsNoStray() throws IOException {
        byte[] file = ChunkFiles.bytes(scrubbed.memory, ChunkFiles.of(chunk(HARMED)));
        scrubbed.store.delete(chunk(HARMED), version.version());
        ChunkFiles.replace(scrubbed.memory, ChunkFiles.of(chunk(HARMED)), file);
        scrubbed.finishCycle();

        ChunkInfo again = scrubbed.put(HARMED, 3);

        assertThat(scrubbed.store.strayFiles().setAside(scrubbed.strays.get(0))).isEmpty();
        assertThat(scrubbed.store.verify(chunk(HARMED))).isEqualTo(again);
    }

    /** A file that does not tell its chunk has no owner to ask; a version that is published in its place must stay. */
    @Test
    void whatIsPublishedWhileAStrayIsLookedAtStays() throws IOException {
        Path place = ChunkFiles.of(chunk(HARMED));
        scrubbed.store.delete(chunk(HARMED), version.version());
        ChunkFiles.replace(scrubbed.memory, place, new byte[500]);
        scrubbed.finishCycle();
        List<ChunkInfo> published = new ArrayList<>();
        scrubbed.script = operation -> {
            if (operation.kind() == DiskOperation.Kind.SIZE && operation.path().startsWith(DataDirectory.QUARANTINE)) {
                scrubbed.script = DiskScript.GOOD;
                published.add(putThird());
            }
            return DiskFault.NONE;
        };

        assertThat(scrubbed.store.strayFiles().setAside(scrubbed.strays.get(0))).isEmpty();

        assertThat(published).containsExactly(scrubbed.store.verify(chunk(HARMED)));
    }

    private ChunkInfo putThird() {
        try {
            return scrubbed.put(HARMED, 3);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void swappedFilesAreBothFound() throws IOException {
        byte[] one = ChunkFiles.bytes(scrubbed.memory, ChunkFiles.of(chunk(HARMED)));
        byte[] two = ChunkFiles.bytes(scrubbed.memory, ChunkFiles.of(chunk(2)));
        ChunkFiles.replace(scrubbed.memory, ChunkFiles.of(chunk(HARMED)), two);
        ChunkFiles.replace(scrubbed.memory, ChunkFiles.of(chunk(2)), one);

        assertThat(damagedInCycle()).isEqualTo(2);
        assertThat(scrubbed.damaged.keySet()).extracting(ChunkInfo::id).containsExactly(chunk(HARMED), chunk(2));
    }

    // What is never called damage

    private enum Failing {
        OPENING(DiskOperation.Kind.OPEN),
        READING(DiskOperation.Kind.READ);

        private final DiskOperation.Kind kind;

        Failing(DiskOperation.Kind kind) {
            this.kind = kind;
        }
    }

    /** As when file handles have run out, or a sector cannot be read. */
    @ParameterizedTest
    @EnumSource
    void aDiskThatFailsIsNoDamage(Failing failing) throws IOException {
        scrubbed.script = operation ->
                operation.kind() == failing.kind && operation.path().equals(ChunkFiles.of(chunk(HARMED)))
                        ? DiskFault.IO_ERROR
                        : DiskFault.NONE;

        scrubbed.finishCycle();

        assertThat(scrubbed.scrubber.status().unreadable()).isEqualTo(1);
        assertThat(scrubbed.scrubber.status().damaged()).isZero();
        assertThat(scrubbed.damaged).isEmpty();
        assertThatThrownBy(() -> scrubbed.store.withdraw(version))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(ChunkServerException.class);
        assertThat(scrubbed.store.stat(chunk(HARMED))).contains(version);
        assertThatThrownBy(() -> scrubbed.store.verify(chunk(HARMED)))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(ChunkServerException.class);
        scrubbed.script = operation -> DiskFault.NONE;
        assertThat(scrubbed.store.verify(chunk(HARMED))).isEqualTo(version);
        assertThat(scrubbed.memory.list(DataDirectory.QUARANTINE)).isEmpty();
    }

    /** When nothing can be read it is nobody's fault: the scrub waits, and goes on with the same chunks. */
    @Test
    void whenAllFailTheScrubWaits() {
        scrubbed.scrubber.start();
        scrubbed.script =
                operation -> operation.kind() == DiskOperation.Kind.OPEN ? DiskFault.IO_ERROR : DiskFault.NONE;

        assertThat(scrubbed.scrubber.runOnce()).isEqualTo(Scrubber.FAILURE_PAUSE);
        assertThat(scrubbed.scrubber.status().chunks()).isLessThan(Scrubber.MAX_FAILURES_IN_ROW);

        scrubbed.script = operation -> DiskFault.NONE;
        scrubbed.finishCycle();
        assertThat(scrubbed.scrubber.status().chunks()).isEqualTo(3);
        assertThat(scrubbed.damaged).isEmpty();
    }

    @Test
    void aFullDiskKeepsNoDamagedCopyInService() throws IOException {
        harm(Damage.MISSING);
        scrubbed.script =
                operation -> operation.kind() == DiskOperation.Kind.CREATE ? DiskFault.NO_SPACE : DiskFault.NONE;

        assertThat(scrubbed.store.withdraw(version)).isPresent();

        assertOutOfService();
        scrubbed.script = operation -> DiskFault.NONE;
    }

    @Test
    void aCopyThatCannotBeMovedStaysInServiceAndIsRefusedByEveryRead() throws IOException {
        harm(Damage.ZEROED_BLOCK);
        scrubbed.script =
                operation -> operation.kind() == DiskOperation.Kind.RENAME ? DiskFault.IO_ERROR : DiskFault.NONE;

        assertThatThrownBy(() -> scrubbed.store.withdraw(version)).isInstanceOf(IOException.class);

        assertThat(scrubbed.store.stat(chunk(HARMED))).contains(version);
        assertThat(scrubbed.store.missing(chunk(HARMED))).isEmpty();
        assertThatThrownBy(() -> scrubbed.store.verify(chunk(HARMED))).isInstanceOf(ChunkServerException.Corrupt.class);
        scrubbed.script = operation -> DiskFault.NONE;
    }

    @Test
    void aBitThatIsWrongOnceOnTheWayFromTheDiskIsNoReasonToLeaveService() throws IOException {
        // Footer and table are read first.
        AtomicInteger reads = new AtomicInteger();
        scrubbed.script = operation -> operation.kind() == DiskOperation.Kind.READ
                        && operation.path().equals(ChunkFiles.of(chunk(HARMED)))
                        && reads.incrementAndGet() == 3
                ? DiskFault.FLIPPED_BIT
                : DiskFault.NONE;

        assertThat(damagedInCycle()).isEqualTo(1);

        assertThat(scrubbed.store.withdraw(version)).isEmpty();
        assertThat(scrubbed.store.verify(chunk(HARMED))).isEqualTo(version);
    }

    // The quarantine

    private int keepUp(Duration later) throws IOException {
        scrubbed.now = scrubbed.now.plus(later);
        return scrubbed.store.quarantineUpkeep().runOnce(scrubbed.now, Duration.ofDays(7));
    }

    @Test
    void aFileThatMayBeTheLastCopyIsKeptForEver() throws IOException {
        harm(Damage.ZEROED_BLOCK);
        scrubbed.store.withdraw(version);

        assertThat(keepUp(Duration.ofDays(1000))).isEqualTo(1);
    }

    @Test
    void aFileThatTheIndexDidNotKnowIsKeptForEver() throws IOException {
        byte[] file = ChunkFiles.bytes(scrubbed.memory, ChunkFiles.of(chunk(HARMED)));
        scrubbed.store.delete(chunk(HARMED), version.version());
        ChunkFiles.replace(scrubbed.memory, ChunkFiles.of(chunk(HARMED)), file);
        scrubbed.finishCycle();
        assertSetAside(file);

        assertThat(keepUp(Duration.ofDays(1000))).isEqualTo(1);
    }

    @Test
    void aCrashDoesNotForgetAVersionWhoseFileIsGone() throws IOException {
        harm(Damage.MISSING);
        scrubbed.memory.forceDirectory(ChunkFiles.of(chunk(HARMED)).getParent());
        scrubbed.store.withdraw(version);
        scrubbed.crash();

        assertOutOfService();
    }

    @Test
    void aFileGoesAfterItsTimeOnceAVersionAsNewIsHereAndGood() throws IOException {
        harm(Damage.ZEROED_BLOCK);
        Path kept = scrubbed.store.withdraw(version).orElseThrow().quarantine();
        scrubbed.put(HARMED, 2);

        assertThat(keepUp(Duration.ofDays(6))).isEqualTo(1);
        assertThat(scrubbed.memory.size(kept))
                .as("the name says that it is replaced")
                .isEmpty();
        assertThat(keepUp(Duration.ofDays(1))).isZero();
        assertThat(scrubbed.memory.list(DataDirectory.QUARANTINE)).isEmpty();
    }

    @Test
    void aFileIsKeptWhenTheFileThatReplacedItIsLost() throws IOException {
        harm(Damage.ZEROED_BLOCK);
        scrubbed.store.withdraw(version);
        scrubbed.put(HARMED, 2);
        keepUp(Duration.ZERO);
        delete(ChunkFiles.of(chunk(HARMED)));

        assertThat(keepUp(Duration.ofDays(8))).isEqualTo(1);
    }

    /** Then not even the index knows of it any more, as if somebody had ordered it to go. */
    @Test
    void aFileIsKeptWhenTheFileThatReplacedItIsLostWhileTheServerIsDown() throws IOException {
        healAndLoseWhileDown();

        assertThat(keepUp(Duration.ofDays(8))).isEqualTo(1);
        assertThat(keepUp(Duration.ofDays(1000))).isEqualTo(1);
    }

    /** Whoever stored it knew nothing of what was lost. */
    @Test
    void aFileIsKeptWhenOnlyAnOlderVersionIsHere() throws IOException {
        healAndLoseWhileDown();
        scrubbed.put(HARMED, 1);

        assertThat(keepUp(Duration.ofDays(8))).isEqualTo(1);

        scrubbed.put(HARMED, 3);
        assertThat(keepUp(Duration.ZERO)).isZero();
    }

    private void healAndLoseWhileDown() throws IOException {
        harm(Damage.ZEROED_BLOCK);
        scrubbed.store.withdraw(version);
        scrubbed.put(HARMED, 2);
        keepUp(Duration.ZERO);
        scrubbed.store.close();
        scrubbed.memory.list(DataDirectory.INDEX).forEach(name -> delete(DataDirectory.INDEX.resolve(name)));
        delete(ChunkFiles.of(chunk(HARMED)));
        scrubbed.reopen();
        assertThat(scrubbed.store.stat(chunk(HARMED))).isEmpty();
    }

    /** Other servers may have it, which the store does not know. */
    @Test
    void aFileIsKeptWhenTheChunkWasRemovedHere() throws IOException {
        harm(Damage.ZEROED_BLOCK);
        scrubbed.store.withdraw(version);
        scrubbed.put(HARMED, 2);
        keepUp(Duration.ZERO);
        scrubbed.store.delete(chunk(HARMED), version.version());

        assertThat(keepUp(Duration.ofDays(8))).isEqualTo(1);
    }

    @Test
    void aFileIsKeptWhenTheVersionThatReplacedItIsDamagedToo() throws IOException {
        harm(Damage.ZEROED_BLOCK);
        scrubbed.store.withdraw(version);
        scrubbed.put(HARMED, 2);
        keepUp(Duration.ZERO);
        harm(Damage.FLIPPED_BIT_IN_THE_LAST_BLOCK);

        assertThat(keepUp(Duration.ofDays(8))).isEqualTo(1);
        scrubbed.store.withdraw(scrubbed.store.stat(chunk(HARMED)).orElseThrow());
        assertThat(keepUp(Duration.ofDays(8))).isEqualTo(2);
    }

    @Test
    void aFileWhoseVersionNobodyKnowsIsKept() throws IOException {
        harm(Damage.FLIPPED_BIT_IN_THE_FOOTER_CHECKSUM);
        scrubbed.memory.list(DataDirectory.INDEX).forEach(name -> delete(DataDirectory.INDEX.resolve(name)));
        scrubbed.store.close();
        scrubbed.memory.list(DataDirectory.INDEX).forEach(name -> delete(DataDirectory.INDEX.resolve(name)));
        scrubbed.reopen();
        assertThat(scrubbed.store.findings()).hasSize(1);
        scrubbed.put(HARMED, 5);

        assertThat(keepUp(Duration.ofDays(1000))).isEqualTo(1);
    }

    private void delete(Path file) {
        try {
            scrubbed.memory.delete(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The checkpoint still says which version was there, when the file itself no longer does. */
    @Test
    void aFooterThatIsDamagedWhileTheServerIsDownLeavesItsVersionMissing() throws IOException {
        scrubbed.reopen();
        scrubbed.store.close();
        harm(Damage.CUT_IN_THE_FOOTER);
        // Another name in the folder makes the start look into it.
        ChunkFiles.replace(scrubbed.memory, ChunkFiles.of(chunk(HARMED)).resolveSibling("x.tmp"), new byte[0]);
        scrubbed.reopen();

        assertThat(scrubbed.store.findings()).hasSize(1);
        assertOutOfService();
    }

    @Test
    void readersGoOnWithWhatTheyHaveOpen() throws IOException {
        try (ChunkReader reader = scrubbed.store.open(chunk(HARMED))) {
            harm(Damage.FLIPPED_BIT_IN_THE_LAST_BLOCK);
            assertThat(scrubbed.store.withdraw(version)).isPresent();
            ByteBuffer block = ByteBuffer.allocate(100_000);
            reader.read(0, block);
            assertThat(block.flip()).isEqualTo(ByteBuffer.wrap(bytes(chunk(HARMED), 2), 0, 65536));
        }
    }
}
