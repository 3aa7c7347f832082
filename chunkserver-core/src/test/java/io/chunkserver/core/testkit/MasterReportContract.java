package io.chunkserver.core.testkit;

import static io.chunkserver.core.testkit.NaiveServer.tombstone;
import static io.chunkserver.core.testkit.NaiveServer.version;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is told of chunks, and what is answered about them. */
interface MasterReportContract extends MasterSteps {

    @Test
    default void theServersOfAChunkAreNamedTheNearestFirst() {
        List<NaiveServer> all = servers(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));

        assertThat(locate(CHUNK, new Location(3, 0))).isEqualTo(MasterSteps.ids(all.get(2), all.get(1), all.get(0)));
        assertThat(locate(CHUNK, Location.ORIGIN)).isEqualTo(MasterSteps.ids(all.get(0), all.get(1), all.get(2)));
    }

    @Test
    default void aSuspectServerIsNamedLast() {
        List<NaiveServer> all = servers(2);
        all.forEach(server -> store(server, version(CHUNK, 1, "w")));
        pass(SUSPECT_AFTER, all.subList(1, 2));

        assertThat(locate(CHUNK, Location.ORIGIN)).isEqualTo(MasterSteps.ids(all.get(1), all.get(0)));
    }

    @Test
    default void onlyServersWithTheNewestVersionAreNamed() {
        List<NaiveServer> all = servers(3);
        store(all.get(0), version(CHUNK, 1, "w"));
        store(all.get(1), version(CHUNK, 2, "w"));
        store(all.get(2), version(CHUNK, 1, "w"));

        assertThat(locate(CHUNK, Location.ORIGIN)).isEqualTo(MasterSteps.ids(all.get(1)));
        assertThat(get(master().locate(CHUNK, null)).version().number()).isEqualTo(2);
    }

    @Test
    default void aChunkNobodyHasIsNotFound() {
        settled(1);
        assertThat(codeOf(master().locate(CHUNK, null))).isEqualTo(ErrorCode.CHUNK_NOT_FOUND);
    }

    @Test
    default void aDeletedChunkIsNotFound() {
        List<NaiveServer> all = settled(2);
        store(all.get(0), version(CHUNK, 1, "w"));
        store(all.get(1), tombstone(CHUNK, 2, "w"));

        assertThat(codeOf(master().locate(CHUNK, null))).isEqualTo(ErrorCode.CHUNK_NOT_FOUND);
    }

    @Test
    default void aChunkWhoseServersAreGoneIsUnreachableAndTheyAreNamed() {
        List<NaiveServer> all = servers(2);
        store(all.get(0), version(CHUNK, 2, "w"));
        store(all.get(1), version(CHUNK, 1, "w"));
        pass(DEAD_AFTER, all.subList(1, 2));

        Failure failure = failureOf(master().locate(CHUNK, null));
        assertThat(failure.code()).isEqualTo(ErrorCode.UNREACHABLE);
        assertThat(failure.describe()).contains("s0").doesNotContain("s1");
        assertThat(get(master().status()).withoutCopy()).isOne();
    }

    /** It may be stored there, out of this master's reach. */
    @Test
    default void aChunkThatWasPlacedOnServersThatAreGoneSinceIsUnreachableAndTheyAreNamed() {
        List<NaiveServer> all = settled(4);
        List<ServerId> named = place(request(CHUNK));
        List<NaiveServer> others =
                all.stream().filter(server -> !named.contains(server.id())).toList();
        pass(DEAD_AFTER, others);

        Failure failure = failureOf(master().locate(CHUNK, null));
        assertThat(failure.code()).isEqualTo(ErrorCode.UNREACHABLE);
        named.forEach(id -> assertThat(failure.describe()).contains(id.value()));
    }

    private static ChunkReport numbered(
            NaiveServer server, ChunkReport.Kind kind, long number, List<ChunkInfo> present, ChunkId... absent) {
        return new ChunkReport(server.run(), kind, present, List.of(absent), number);
    }

    /** It was held up while newer ones went by: what it tells is over. */
    @Test
    default void aReportThatComesAfterANewerOneIsNotTaken() {
        List<NaiveServer> all = settled(2);
        NaiveServer server = all.get(0);
        List<ChunkInfo> stored = List.of(version(CHUNK, 1, "w"));
        get(master().report(numbered(server, ChunkReport.Kind.START, 5, stored)));
        get(master().report(numbered(server, ChunkReport.Kind.START, 7, List.of())));
        assertThat(codeOf(master().report(numbered(server, ChunkReport.Kind.PART, 6, stored))))
                .isEqualTo(ErrorCode.PROTOCOL_ERROR);
        get(master().report(numbered(server, ChunkReport.Kind.PART, 7, List.of())));
        get(master().report(numbered(server, ChunkReport.Kind.END, 8, List.of())));
        assertThat(codeOf(master().report(numbered(server, ChunkReport.Kind.CHANGES, 3, stored))))
                .isEqualTo(ErrorCode.PROTOCOL_ERROR);

        assertThat(codeOf(master().locate(CHUNK, null))).isEqualTo(ErrorCode.CHUNK_NOT_FOUND);
        assertThat(get(master().status()).members().get(0).copies()).isZero();
    }

    @Test
    default void aNewRunOfAServerNumbersItsReportsAnew() {
        NaiveServer before = settled(2).get(0);
        get(master().report(numbered(before, ChunkReport.Kind.CHANGES, 9, List.of())));
        get(master().register(before.registration()));
        assertThat(codeOf(master().report(numbered(before, ChunkReport.Kind.CHANGES, 8, List.of()))))
                .as("the same run, registered anew")
                .isEqualTo(ErrorCode.PROTOCOL_ERROR);

        before.restart();
        get(master().register(before.registration()));
        get(master().report(numbered(before, ChunkReport.Kind.START, 1, List.of(version(CHUNK, 1, "w")))));
        assertThat(get(master().locate(CHUNK, null)).members()).hasSize(1);
    }

    @Test
    default void aChunkThatIsGoneFromAServerIsNotNamedThere() {
        List<NaiveServer> all = servers(2);
        all.forEach(server -> store(server, version(CHUNK, 1, "w")));
        all.get(0).disk().clear();
        report(all.get(0), CHUNK);

        assertThat(locate(CHUNK, Location.ORIGIN)).isEqualTo(MasterSteps.ids(all.get(1)));
        assertThat(get(master().status()).members().get(0).copies()).isZero();
    }

    @Test
    default void aFullReportIsTakenForAllThatIsThereWhenItsLastPartHasCome() {
        NaiveServer a = server("a", 0);
        for (int i = 0; i < 7; i++) {
            a.with(version(new ChunkId("/f", i), 1, "w"));
        }
        join(a);
        pass(SETTLED, List.of(a));
        a.disk().remove(new ChunkId("/f", 0));
        a.disk().remove(new ChunkId("/f", 6));
        List<ChunkReport> parts = a.fullReport();
        for (ChunkReport part : parts) {
            assertThat(listed("")).contains("/f#0", "/f#6");
            get(master().report(part));
        }

        assertThat(listed("")).containsExactly("/f#1", "/f#2", "/f#3", "/f#4", "/f#5");
        assertThat(get(master().status()).members().get(0).copies()).isEqualTo(5);
    }

    @Test
    default void deletionsAreNoCopies() {
        List<NaiveServer> all = settled(3);
        NaiveServer a = all.get(0);
        ChunkId second = new ChunkId("/contract/file", 1);
        store(a, version(CHUNK, 1, "w"));
        store(a, tombstone(second, 2, "w"));
        assertCounts(1, 1);
        store(a, tombstone(CHUNK, 2, "w"));
        assertCounts(0, 2);
        store(a, version(second, 3, "w"));
        assertCounts(1, 1);

        reportAll(a);
        assertCounts(1, 1);
        List<ChunkReport> parts = a.fullReport();
        get(master().report(parts.get(0)));
        a.with(tombstone(second, 4, "w"));
        reportAll(a);
        assertCounts(0, 2);
        a.disk().remove(CHUNK);
        report(a, CHUNK);
        assertCounts(0, 1);
        a.disk().clear();
        reportAll(a);
        assertCounts(0, 0);
        assertThat(get(master().status()).chunks()).isZero();
    }

    private void assertCounts(long copies, long tombstones) {
        MemberStatus member = get(master().status()).members().get(0);
        assertThat(member.copies()).as("copies").isEqualTo(copies);
        assertThat(member.tombstones()).as("tombstones").isEqualTo(tombstones);
    }

    @Test
    default void aFullReportThatIsBegunAnewCountsFromItsLastBeginning() {
        NaiveServer a = server("a", 0).with(version(new ChunkId("/f", 0), 1, "w"));
        get(master().register(a.registration()));
        get(master().report(a.fullReport().get(0)));
        a.disk().clear();
        a.with(version(new ChunkId("/f", 1), 1, "w"));
        reportAll(a);
        pass(SETTLED, List.of(a));

        assertThat(listed("")).containsExactly("/f#1");
        assertThat(get(master().status()).members().get(0).copies()).isOne();
    }

    @Test
    default void aVersionUnderTwoTransactionsIsAConflictThatIsNamedAndCounted() {
        List<NaiveServer> all = settled(4);
        store(all.get(0), version(CHUNK, 1, "w"));
        store(all.get(1), version(CHUNK, 1, "other"));

        assertThat(codeOf(master().locate(CHUNK, null))).isEqualTo(ErrorCode.CONFLICTING_COPIES);
        assertThat(codeOf(master().place(request(CHUNK)))).isEqualTo(ErrorCode.CONFLICTING_COPIES);
        assertThat(get(master().status()).conflicting()).isOne();
        store(all.get(2), version(CHUNK, 2, "w"));
        assertThat(get(master().status()).conflicting()).isZero();
        assertThat(locate(CHUNK, null)).isEqualTo(MasterSteps.ids(all.get(2)));
    }

    @Test
    default void chunksAreListedInTheOrderOfTheirIdsInPages() {
        List<NaiveServer> all = settled(2);
        for (String id : List.of("/b/x#0", "/a/y#10", "/a/y#9", "/a-#0", "/a/deleted#0", "/a#0")) {
            store(all.get(0), version(ChunkId.parse(id), 1, "w"));
        }
        store(all.get(1), tombstone(ChunkId.parse("/a/deleted#0"), 2, "w"));
        store(all.get(1), version(ChunkId.parse("/a/y#9"), 1, "w"));

        assertThat(listed("")).containsExactly("/a#0", "/a-#0", "/a/y#9", "/a/y#10", "/b/x#0");
        assertThat(listed("/a/")).containsExactly("/a/y#9", "/a/y#10");
        List<ListedChunk> page = get(master().list("/a/", null, 1));
        assertThat(page).hasSize(1);
        assertThat(page.get(0).info()).isEqualTo(version(ChunkId.parse("/a/y#9"), 1, "w"));
        assertThat(page.get(0).copies()).isEqualTo(2);
    }

    /** Those that have it may be on their way. What is known is told. */
    @Test
    default void aMasterThatHasJustStartedSaysOfNothingThatItIsNotThere() {
        List<NaiveServer> all = servers(2);
        ChunkId deleted = new ChunkId("/contract/deleted", 0);
        store(all.get(0), version(CHUNK, 1, "w"));
        store(all.get(0), tombstone(deleted, 2, "w"));
        ChunkId nowhere = new ChunkId("/contract/nowhere", 0);
        pass(SETTLED - 2, all);

        assertUnsettled(nowhere);
        assertUnsettled(deleted);
        assertThat(locate(CHUNK, null)).isEqualTo(MasterSteps.ids(all.get(0)));
        pass(1, all);
        assertSettled(nowhere);
        assertSettled(deleted);
        assertThat(listed("")).containsExactly(CHUNK.toString());
    }

    @Test
    default void aServerThatJoinsIsWaitedForAsLongAsItsReportGoesOn() {
        settled(1);
        NaiveServer late = server("late", 9);
        for (int i = 0; i < 10; i++) {
            late.with(version(new ChunkId("/late", i), 1, "w"));
        }
        get(master().register(late.registration()));
        List<ChunkReport> parts = late.fullReport();
        assertThat(parts).as("parts of the report").hasSizeGreaterThan(3);
        for (ChunkReport part : parts) {
            pass(SETTLED - 2, List.of(late));
            assertUnsettled(CHUNK);
            get(master().report(part));
        }
        plan();
        assertSettled(CHUNK);
    }

    /** It would keep the others' chunks from their copies. */
    @Test
    default void aServerThatJoinsAndDoesNotTellWhatItHasIsNotWaitedForForLong() {
        settled(1);
        NaiveServer silent = server("silent", 9);
        get(master().register(silent.registration()));
        assertUnsettled(CHUNK);
        pass(SETTLED, List.of(silent));
        assertSettled(CHUNK);

        NaiveServer stuck = server("stuck", 9).with(version(new ChunkId("/f", 0), 1, "w"));
        get(master().register(stuck.registration()));
        for (int tick = 0; tick < SETTLED - 1; tick++) {
            assertUnsettled(CHUNK);
            get(master().report(stuck.fullReport().get(0)));
            pass(1, List.of(stuck));
        }
        assertSettled(CHUNK);
    }

    private void assertUnsettled(ChunkId missing) {
        assertThat(codeOf(master().locate(missing, null))).isEqualTo(ErrorCode.MASTER_STARTING);
        assertThat(codeOf(master().list("", null, 1))).isEqualTo(ErrorCode.MASTER_STARTING);
        assertThat(get(master().status()).settled()).as("settled").isFalse();
    }

    private void assertSettled(ChunkId missing) {
        assertThat(codeOf(master().locate(missing, null))).isEqualTo(ErrorCode.CHUNK_NOT_FOUND);
        assertThat(get(master().status()).settled()).as("settled").isTrue();
    }

    @Test
    default void statusCountsChunksOfWhichALivingServerHasAnOlderVersion() {
        List<NaiveServer> all = settled(3);
        store(all.get(0), version(CHUNK, 1, "w"));
        store(all.get(1), version(CHUNK, 1, "w"));
        pass(2, all);
        assertThat(get(master().status()).stale()).isZero();
        store(all.get(0), tombstone(CHUNK, 2, "w"));
        assertThat(get(master().status()).stale())
                .as("what was reported only now may not have been reported by all its servers yet")
                .isZero();
        pass(2, all);
        assertThat(get(master().status()).stale())
                .as("also while it is ordered to be told of the deletion")
                .isOne();
        assertThat(get(master().status()).chunks()).isZero();

        pass(DEAD_AFTER, List.of(all.get(0), all.get(2)));
        assertThat(get(master().status()).stale()).as("of a dead server").isZero();
        beat(all.get(1));
        assertThat(get(master().status()).settled()).as("counted anew by now").isFalse();
        plan();
        assertThat(get(master().status()).settled()).isTrue();
        assertThat(get(master().status()).stale()).isOne();
        store(all.get(1), tombstone(CHUNK, 2, "w"));
        assertThat(get(master().status()).stale()).isZero();
    }

    @Test
    default void statusCountsChunksAndThoseThatLackCopies() {
        List<NaiveServer> all = servers(3);
        ChunkId second = new ChunkId("/contract/file", 1);
        all.forEach(server -> store(server, version(CHUNK, 1, "w")));
        store(all.get(0), version(second, 1, "w"));
        store(all.get(0), tombstone(new ChunkId("/deleted", 1), 2, "w"));

        ClusterStatus fresh = get(master().status());
        assertThat(fresh.replication()).isEqualTo(3);
        assertThat(fresh.chunks()).isEqualTo(2);
        assertThat(fresh.underReplicated())
                .as("what was reported only now may not have been reported by all its servers yet")
                .isZero();
        pass(2, all);

        ClusterStatus status = get(master().status());
        assertThat(status.chunks()).isEqualTo(2);
        assertThat(status.underReplicated()).isOne();
        assertThat(status.withoutCopy()).isZero();
    }

    private List<String> listed(String prefix) {
        List<String> listed = new ArrayList<>();
        @Nullable ChunkId after = null;
        List<ListedChunk> page = get(master().list(prefix, null, 2));
        while (!page.isEmpty()) {
            page.forEach(chunk -> listed.add(chunk.info().id().toString()));
            after = page.get(page.size() - 1).info().id();
            page = get(master().list(prefix, after, 2));
        }
        return listed;
    }
}
