package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.StoreHistory.Read;
import io.chunkserver.core.testkit.StoreHistory.ReadKind;
import io.chunkserver.core.testkit.StoreHistory.Write;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StoreHistoryCheckerTest {

    private static final ChunkId CHUNK = new ChunkId("file", 0);
    private static final ServerId A = new ServerId("a");
    private static final ServerId B = new ServerId("b");

    private final StoreHistory history = new StoreHistory();

    private static TransactionId id(int number) {
        return new TransactionId("client", 0, number);
    }

    private static String bytesOf(int number) {
        return "bytes of " + number;
    }

    private Write store(int number) {
        return history.store(CHUNK, id(number), bytesOf(number));
    }

    private Write delete(int number) {
        return history.delete(CHUNK, id(number));
    }

    private static void commit(Write write, long version, ServerId... applied) {
        write.committed(new ChunkVersion(version), List.of(applied));
    }

    private void stored(int number, long version) {
        commit(store(number), version);
    }

    private Read latest() {
        return history.read(CHUNK, A, ReadKind.LATEST);
    }

    private Read at(ServerId member) {
        return history.read(CHUNK, member, ReadKind.AT_MEMBER);
    }

    private static void sees(Read read, long version, int writer) {
        read.found(new ChunkVersion(version), id(writer), bytesOf(writer));
    }

    private void assertFine() {
        assertThat(StoreHistoryChecker.violation(history)).isEmpty();
    }

    private void assertBroken(String... words) {
        assertThat(StoreHistoryChecker.violation(history).orElse("nothing found"))
                .contains(words);
    }

    @Nested
    class Accepts {

        @Test
        void storesAndReadsOneAfterTheOther() {
            latest().absent();
            stored(1, 1);
            sees(latest(), 1, 1);
            stored(2, 2);
            sees(latest(), 2, 2);
            commit(delete(3), 3);
            latest().absent();
            stored(4, 4);
            sees(latest(), 4, 4);
            assertFine();
        }

        @Test
        void eitherVersionWhileAStoreIsUnderWay() {
            stored(1, 1);
            Write second = store(2);
            sees(latest(), 1, 1);
            sees(latest(), 2, 2);
            commit(second, 2);
            assertFine();
        }

        @Test
        void aStoreThatOvertakesAnEarlierOne() {
            Write slow = store(1);
            Write fast = store(2);
            commit(fast, 1);
            commit(slow, 2);
            assertFine();
        }

        @Test
        void anUnknownStoreThatTakesEffectLate() {
            stored(1, 1);
            store(2);
            sees(latest(), 1, 1);
            stored(3, 2);
            sees(latest(), 2, 3);
            sees(latest(), 3, 2);
            assertFine();
        }

        @Test
        void anUnknownStoreThatNeverTakesEffect() {
            stored(1, 1);
            store(2);
            sees(latest(), 1, 1);
            stored(3, 2);
            assertFine();
        }

        @Test
        void aVersionThatNobodySawWhenSomebodyMayHaveMadeIt() {
            stored(1, 1);
            store(2);
            stored(3, 3);
            assertFine();
        }

        @Test
        void aChunkThatIsGoneWhenADeleteIsUnknown() {
            stored(1, 1);
            delete(2);
            sees(latest(), 1, 1);
            latest().absent();
            stored(3, 3);
            assertFine();
        }

        @Test
        void aMemberThatIsBehind() {
            stored(1, 1);
            commit(store(2), 2, A);
            sees(at(A), 2, 2);
            sees(at(B), 1, 1);
            sees(at(B), 2, 2);
            assertFine();
        }

        @Test
        void aMemberThatHasNotHeardOfTheChunk() {
            stored(1, 1);
            at(B).absent();
            assertFine();
        }

        @Test
        void aMemberThatHasHeardOfTheDeletion() {
            stored(1, 1);
            sees(at(B), 1, 1);
            delete(2);
            at(B).absent();
            assertFine();
        }

        @Test
        void readsAtAMemberThatOverlap() {
            stored(1, 1);
            Read early = at(A);
            stored(2, 2);
            sees(at(A), 2, 2);
            sees(early, 1, 1);
            assertFine();
        }

        @Test
        void anAbortedAttemptWhoseRetryIsCommitted() {
            store(1).aborted();
            stored(1, 1);
            stored(1, 1);
            sees(latest(), 1, 1);
            assertFine();
        }

        @Test
        void aFailedReadWhateverItMeans() {
            stored(1, 1);
            latest().failed();
            latest();
            assertFine();
        }

        @Test
        void hundredsOfUnknownStores() {
            for (int i = 0; i < 500; i++) {
                store(i);
            }
            stored(1000, 400);
            sees(latest(), 400, 1000);
            assertFine();
        }
    }

    @Nested
    class Refuses {

        @Test
        void aStaleRead() {
            stored(1, 1);
            stored(2, 2);
            sees(latest(), 1, 1);
            assertBroken("no order", "could only have been: version 2", "read of the latest version at a: version 1");
        }

        @Test
        void aStaleReadAfterANewerOneOfAStoreThatIsNotOver() {
            stored(1, 1);
            Write second = store(2);
            sees(latest(), 2, 2);
            sees(history.read(CHUNK, B, ReadKind.LATEST), 1, 1);
            commit(second, 2);
            assertBroken("no order", "could only have been: version 2");
        }

        @Test
        void aReadOfTheLatestThatIsOlderThanAMemberShowed() {
            stored(1, 1);
            store(2);
            sees(at(B), 2, 2);
            sees(latest(), 1, 1);
            assertBroken("no order", "could only have been: version 2");
        }

        @Test
        void aLostUpdate() {
            stored(1, 1);
            stored(2, 2);
            stored(3, 2);
            assertBroken("version 2 is that of two transactions", "client:0:2", "client:0:3");
        }

        @Test
        void aLostUpdateThatLeavesAGap() {
            stored(1, 1);
            stored(3, 3);
            assertBroken("no order", "could only have been: version 1", "committed as version 3");
        }

        @Test
        void versionsInTheWrongOrder() {
            stored(1, 2);
            stored(2, 1);
            assertBroken("no order");
        }

        @Test
        void aReadOfAnAbortedStore() {
            stored(1, 1);
            store(2).aborted();
            sees(at(B), 2, 2);
            assertBroken("aborted transaction client:0:2");
        }

        @Test
        void aReadBeforeTheStoreBegan() {
            sees(latest(), 1, 1);
            stored(1, 1);
            assertBroken("no order", "no chunk (version 0)");
        }

        @Test
        void aReadOfATransactionThatNobodyMade() {
            sees(at(A), 1, 1);
            assertBroken("nobody made");
        }

        @Test
        void otherBytesThanWereStored() {
            stored(1, 1);
            at(A).found(new ChunkVersion(1), id(1), "rubbish");
            assertBroken("other bytes", "rubbish");
        }

        @Test
        void bytesOfADelete() {
            commit(delete(1), 1);
            sees(at(A), 1, 1);
            assertBroken("other bytes");
        }

        @Test
        void aMemberThatGoesBack() {
            stored(1, 1);
            stored(2, 2);
            sees(at(B), 2, 2);
            sees(at(B), 1, 1);
            assertBroken("member b went back", "version 1", "version 2");
        }

        @Test
        void aMemberThatIsNamedInAReceiptAndHasNotApplied() {
            stored(1, 1);
            commit(store(2), 2, A, B);
            sees(at(B), 1, 1);
            assertBroken("member b went back", "applied at [a, b]");
        }

        @Test
        void aMemberThatLostTheChunk() {
            stored(1, 1);
            sees(at(B), 1, 1);
            at(B).absent();
            assertBroken("member b went back");
        }

        @Test
        void aChunkThatIsGoneWithoutADelete() {
            stored(1, 1);
            store(2);
            latest().absent();
            assertBroken("no order", "not found");
        }

        @Test
        void aChunkThatComesBackAfterItsDelete() {
            stored(1, 1);
            commit(delete(2), 2);
            sees(latest(), 1, 1);
            assertBroken("no order", "no chunk (version 2)");
        }

        @Test
        void aTransactionThatIsAppliedTwice() {
            stored(1, 1);
            stored(2, 2);
            stored(1, 3);
            assertBroken("transaction client:0:1 was applied twice", "version 1 and as version 3");
        }

        @Test
        void moreVersionsThanUnknownStores() {
            store(1);
            stored(2, 3);
            assertBroken("no order");
        }
    }

    @Test
    void chunksAreJudgedApart() {
        stored(1, 1);
        ChunkId other = new ChunkId("other", 0);
        history.store(other, id(2), bytesOf(2)).committed(new ChunkVersion(1), List.of());
        assertFine();
        history.read(other, A, ReadKind.LATEST).absent();
        assertBroken("chunk " + other);
    }
}
