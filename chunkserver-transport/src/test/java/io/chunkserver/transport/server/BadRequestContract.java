package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.Request;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a server does about words that no correct client says: it says what is wrong, keeps nothing, and serves on. */
abstract class BadRequestContract extends ThreeServersFixture {

    @Test
    void aChunkIdThatIsNoneIsRefusedWithTheRule() throws Exception {
        RawPeer peer = peer();
        int id = 0;
        for (Case wrong : List.of(
                new Case("", "has no '#'"),
                new Case("#0", "path is empty"),
                new Case("../etc/passwd#0", "segment \"..\""),
                new Case("dir/../../x#0", "segment \"..\""),
                new Case("dir//x#0", "segment \"\""),
                new Case("dir/.#0", "segment \".\""),
                new Case("x#-1", "index -1 of path \"x\" is below 0"),
                new Case("x#2147483648", "a whole number from 0 to 2147483647"),
                new Case("x#one", "a whole number from 0 to 2147483647"),
                new Case("x", "has no '#'"))) {
            peer.request(++id, storeOnAll(wrong.words(), 10));
            assertFailure(peer.refusal(id), ErrorCode.INVALID_ARGUMENT, "server a", wrong.rule());
            peer.request(++id, stat(wrong.words()));
            assertFailure(peer.refusal(id), ErrorCode.INVALID_ARGUMENT, "server a", wrong.rule());
        }
        peer.assertStillServed(++id);
    }

    @Test
    void aChunkIdOfTenThousandCharactersIsNotRepeatedInTheRefusal() throws Exception {
        RawPeer peer = peer();
        peer.request(1, storeOnAll("x".repeat(10_000) + "#0", 10));
        Failure why = peer.refusal(1);
        assertFailure(why, ErrorCode.INVALID_ARGUMENT, "10000 characters is longer than 1024 bytes");
        assertThat(why.message()).hasSizeLessThan(300);
        peer.assertStillServed(2);
    }

    @Test
    void aChunkOverTheLimitIsRefusedBeforeItsBytes() throws Exception {
        RawPeer peer = peer();
        peer.request(1, storeOnAll("big#0", CHUNK_SIZE_LIMIT_BYTES + 1));
        assertFailure(
                peer.refusal(1),
                ErrorCode.CHUNK_TOO_LARGE,
                "server a",
                "big#0",
                "1000001 bytes",
                "limit of 1000000 bytes",
                "store it in smaller chunks");
        peer.assertStillServed(2);
    }

    @Test
    void aServerThatNobodyKnowsIsNamed() throws Exception {
        ServerAddress nobody = new ServerAddress("127.0.0.1", 1);
        RawPeer peer = peer();
        peer.request(1, store("x#0", 10, cluster.address("b"), nobody));
        assertFailure(peer.refusal(1), ErrorCode.UNREACHABLE, nobody.toString());
        peer.assertStillServed(2);
    }

    @Test
    void aReplicaThatDiedSinceTheLastStoreIsNamedAndTheOthersKeepNothing() throws Exception {
        ServerAddress dead = kill("c");
        RawPeer peer = peer();
        peer.request(1, store("x#0", 100_000, cluster.address("b"), dead));
        peer.send(block(1, 65_536));
        assertFailure(peer.refusal(1), ErrorCode.UNREACHABLE, "server c", dead.toString());
        peer.assertStillServed(2);
    }

    @Test
    void aReplicaThatIsNoAddressIsRefused() throws Exception {
        RawPeer peer = peer();
        int id = 0;
        for (Case wrong : List.of(
                new Case("", "is not written HOST:PORT"),
                new Case("nonsense", "is not written HOST:PORT"),
                new Case("127.0.0.1", "is not written HOST:PORT"),
                new Case(":1", "is not written HOST:PORT"),
                new Case("127.0.0.1:70000", "port 70000 of host 127.0.0.1 is not within 0 to 65535"),
                new Case("127.0.0.1:-1", "port -1 of host 127.0.0.1 is not within 0 to 65535"),
                new Case("127.0.0.1:one", "port of server address \"127.0.0.1:one\" is no number"),
                new Case("::1:80", "must be in brackets"))) {
            peer.request(++id, store("x#0", 10).replace("[]", "[\"" + wrong.words() + "\"]"));
            assertFailure(peer.refusal(id), ErrorCode.INVALID_ARGUMENT, "server a", wrong.rule());
        }
        peer.assertStillServed(++id);
    }

    @Test
    void theSameServerTwiceIsRefused() throws Exception {
        ServerAddress b = cluster.address("b");
        RawPeer peer = peer();
        peer.request(1, store("x#0", 10, b, b));
        assertFailure(
                peer.refusal(1),
                ErrorCode.INVALID_ARGUMENT,
                "server b is named twice",
                b.toString(),
                "name each server once");
        peer.assertStillServed(2);
    }

    @Test
    void thePrimaryAmongItsReplicasIsRefused() throws Exception {
        RawPeer peer = peer();
        peer.request(1, store("x#0", 10, cluster.address("a")));
        assertFailure(peer.refusal(1), ErrorCode.INVALID_ARGUMENT, "server a is named twice", "the primary not at all");
        peer.assertStillServed(2);
    }

    @Test
    void sixteenReplicasAreTooMany() throws Exception {
        ServerAddress[] many = new ServerAddress[Request.MAX_REPLICAS + 1];
        for (int i = 0; i < many.length; i++) {
            many[i] = new ServerAddress("127.0.0.1", 1000 + i);
        }
        RawPeer peer = peer();
        peer.request(1, store("x#0", 10, many));
        assertFailure(peer.refusal(1), ErrorCode.INVALID_ARGUMENT, "16 replicas are named; at most 15");
        peer.assertStillServed(2);
    }

    @Test
    void aRequestThatIsNoneIsRefusedAndTheConnectionStays() throws Exception {
        RawPeer peer = peer();
        int id = 0;
        for (Case wrong : List.of(
                new Case("{\"op\":\"fly\",\"timeoutMillis\":1}", "operation \"fly\" is not known"),
                new Case("{\"timeoutMillis\":1}", "\"op\""),
                new Case("{\"op\":\"status\"}", "\"timeoutMillis\""),
                new Case("{\"op\":\"stat\",\"chunk\":7,\"timeoutMillis\":1}", "\"chunk\""),
                new Case("[]", "not a JSON object"),
                new Case("{", "not a JSON object"),
                new Case("", "not a JSON object"))) {
            peer.request(++id, wrong.words());
            assertFailure(peer.refusal(id), ErrorCode.PROTOCOL_ERROR, "server a", wrong.rule());
        }
        peer.assertStillServed(++id);
    }

    @Test
    void aReadPastTheEndIsRefusedWithTheChunksLength() throws Exception {
        RawPeer peer = peer();
        int id = 0;
        for (long[] range : new long[][] {{0, 100_001}, {100_001, 0}, {99_999, 2}, {Long.MAX_VALUE, 0}}) {
            peer.request(++id, read("kept#0", range[0], range[1]));
            assertFailure(peer.refusal(id), ErrorCode.RANGE_NOT_SATISFIABLE, "server a", "kept#0", "has 100000 bytes");
        }
        peer.assertStillServed(++id);
    }

    @Test
    void aReadThatIsNoRangeIsRefused() throws Exception {
        RawPeer peer = peer();
        peer.request(1, read("kept#0", Long.MAX_VALUE, 1));
        assertFailure(peer.refusal(1), ErrorCode.INVALID_ARGUMENT, "kept#0", "is not a range");
        peer.assertStillServed(2);
    }

    @Test
    void aChunkThatIsNotThereIsNamed() throws Exception {
        RawPeer peer = peer();
        peer.request(1, read("nowhere#7", 0, 1));
        assertFailure(peer.refusal(1), ErrorCode.CHUNK_NOT_FOUND, "server a", "nowhere#7");
        peer.request(2, stat("nowhere#7"));
        assertFailure(peer.refusal(2), ErrorCode.CHUNK_NOT_FOUND, "server a", "nowhere#7");
        peer.assertStillServed(3);
    }

    @Test
    void aTransactionThatNobodyBeganIsNamed() throws Exception {
        RawPeer peer = peer();
        peer.request(1, "{\"op\":\"transaction\",\"transaction\":\"c:1:2\",\"timeoutMillis\":10000}");
        Failure why = peer.refusal(1);
        assertFailure(why, ErrorCode.TRANSACTION_NOT_FOUND, "c:1:2");
        assertThat(why.server()).hasValue(new ServerId("a"));
        peer.assertStillServed(2);
    }

    /** What is wrong and what the refusal says about it. */
    private record Case(String words, String rule) {}

    private static String stat(String chunk) {
        return "{\"op\":\"stat\",\"chunk\":\"" + chunk + "\",\"timeoutMillis\":10000}";
    }

    private static String read(String chunk, long offset, long length) {
        return "{\"op\":\"read\",\"chunk\":\"" + chunk + "\",\"offset\":" + offset + ",\"length\":" + length
                + ",\"mode\":\"committed\",\"timeoutMillis\":10000}";
    }
}
