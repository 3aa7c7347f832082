package io.chunkserver.transport.protocol;

import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.MasterConnection;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.scrub.ScrubStatus;
import io.chunkserver.transport.ServerAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jspecify.annotations.Nullable;

/** Messages of every kind, with the odd values that they may hold. */
final class MessageArbitraries {

    private MessageArbitraries() {}

    static Arbitrary<Request> requests() {
        return Arbitraries.oneOf(List.of(
                stores(),
                deletes(),
                prepares(),
                Combinators.combine(transactionIds(), attempts(), chunkIds(), timeouts())
                        .as(Request.Commit::new),
                Combinators.combine(transactionIds(), attempts(), chunkIds(), timeouts())
                        .as(Request.Abort::new),
                Combinators.combine(transactionIds(), attempts(), chunkIds(), uuids(), timeouts())
                        .as(Request.Inquire::new),
                Combinators.combine(
                                chunkIds(),
                                Arbitraries.longs().between(0, Long.MAX_VALUE / 2),
                                Arbitraries.longs()
                                        .between(0, Long.MAX_VALUE / 2)
                                        .injectNull(0.3),
                                readModes(),
                                timeouts())
                        .as(Request.Read::new),
                Combinators.combine(chunkIds(), versions(), transactionIds(), timeouts())
                        .as(Request.Holds::new),
                Combinators.combine(chunkIds(), versions(), counts(), timeouts())
                        .as(Request.Fetch::new),
                Combinators.combine(chunkIds(), timeouts()).as(Request.Stat::new),
                Combinators.combine(chunkIds(), timeouts()).as(Request.Verify::new),
                timeouts().map(Request.ScrubStart::new),
                timeouts().map(Request.ScrubState::new),
                Combinators.combine(
                                texts(ChunkId.MAX_PATH_BYTES),
                                chunkIds().injectNull(0.3),
                                Arbitraries.integers().between(1, 1000),
                                timeouts())
                        .as(Request.ListChunks::new),
                timeouts().map(Request.Status::new),
                timeouts().map(Request.Drain::new),
                timeouts().map(Request.Resume::new),
                Combinators.combine(Arbitraries.create(UUID::randomUUID), Arbitraries.of(true, false), timeouts())
                        .as(Request.EmptyDirectory::new),
                Combinators.combine(Arbitraries.of("/mnt/disk 3/data", "/ü"), timeouts())
                        .as(Request.AddDirectory::new),
                timeouts().map(Request.Transactions::new),
                Combinators.combine(transactionIds(), timeouts()).as(Request.Transaction::new),
                Combinators.combine(transactionIds(), Arbitraries.of(true, false), timeouts())
                        .as(Request.SettleByHand::new),
                MembershipArbitraries.requests()));
    }

    static Arbitrary<Response> responses() {
        return Arbitraries.oneOf(List.of(
                receipts(),
                votes().list().ofMaxSize(16).map(Response.Votes::new),
                Arbitraries.of(CommitReply.class).map(Response.Committed::new),
                Arbitraries.just(new Response.Done()),
                Arbitraries.of(InquiryAnswer.class).map(Response.Inquiry::new),
                Arbitraries.of(true, false).map(Response.Held::new),
                Combinators.combine(chunkInfos(), attributes()).as(Response.Stat::new),
                chunkInfos().map(Response.Verified::new),
                scrubs().map(Response.Scrub::new),
                contents(),
                Combinators.combine(chunkInfos().list().ofMaxSize(20), Arbitraries.of(true, false))
                        .as(Response.Chunks::new),
                statuses().map(Response.Status::new),
                Combinators.combine(summaries().list().ofMaxSize(5), Arbitraries.of(true, false))
                        .as(Response.Transactions::new),
                summaries().map(Response.Transaction::new),
                MembershipArbitraries.responses()));
    }

    static Arbitrary<ClientHello> clientHellos() {
        return Combinators.combine(
                        Arbitraries.integers().list().ofMinSize(1).ofMaxSize(64),
                        Arbitraries.of(PeerRole.class),
                        texts(Limits.MAX_WORD_CHARACTERS))
                .as(ClientHello::new);
    }

    static Arbitrary<ServerHello> serverHellos() {
        return Combinators.combine(
                        Arbitraries.of(ServerRole.class),
                        Arbitraries.integers().greaterOrEqual(0),
                        serverIds(),
                        uuids(),
                        uuids().injectNull(0.3),
                        addresses(),
                        locations(),
                        Combinators.combine(counts(), texts(Limits.MAX_WORD_CHARACTERS))
                                .as(Map::entry))
                .as((role, version, id, uuid, log, address, location, rest) -> new ServerHello(
                        role, version, id, uuid, log, address, location, rest.getKey(), rest.getValue()));
    }

    static Arbitrary<End> ends() {
        return Combinators.combine(counts(), Arbitraries.integers()).as(End::new);
    }

    static Arbitrary<Failure> failures() {
        return Combinators.combine(
                        Arbitraries.of(ErrorCode.class),
                        texts(Limits.MAX_SENTENCE_CHARACTERS),
                        texts(200),
                        serverIds().injectNull(0.3),
                        transactionIds().injectNull(0.3),
                        counts().injectNull(0.3))
                .as(Failure::new);
    }

    /** Where a store goes: to those that are named, or to as many as are chosen. */
    private record Servers(
            List<ServerAddress> replicas, @Nullable Integer copies, boolean placed, long placementEpoch) {}

    private static Arbitrary<Servers> replicasOrCopies() {
        return Arbitraries.oneOf(
                Combinators.combine(
                                addresses().list().ofMaxSize(Request.MAX_REPLICAS),
                                Arbitraries.of(true, false),
                                counts())
                        .as((named, placed, epoch) -> new Servers(named, null, placed, epoch)),
                Combinators.combine(
                                Arbitraries.integers().between(0, PlacementRequest.MAX_COPIES),
                                Arbitraries.of(true, false))
                        .as((chosen, placed) -> new Servers(List.of(), chosen, placed, 0)));
    }

    private static Arbitrary<Request> stores() {
        return Combinators.combine(
                        transactionIds(),
                        chunkIds(),
                        counts(),
                        versions().injectNull(0.3),
                        attributes(),
                        Arbitraries.of(Durability.class).injectNull(0.3),
                        replicasOrCopies(),
                        storeTimeouts())
                .as((transaction, chunk, length, base, attributes, durability, servers, timeout) -> new Request.Store(
                        transaction,
                        chunk,
                        length,
                        base,
                        attributes,
                        durability,
                        servers.replicas(),
                        servers.copies(),
                        timeout,
                        servers.placed(),
                        servers.placementEpoch()));
    }

    private static Arbitrary<Request> deletes() {
        return Combinators.combine(
                        transactionIds(),
                        chunkIds(),
                        versions().injectNull(0.3),
                        Arbitraries.of(Durability.class).injectNull(0.3),
                        addresses().list().ofMaxSize(Request.MAX_REPLICAS),
                        storeTimeouts(),
                        Arbitraries.of(true, false),
                        counts())
                .as(Request.Delete::new);
    }

    private static Arbitrary<Request> prepares() {
        Arbitrary<List<Member>> chains = members()
                .list()
                .ofMinSize(1)
                .ofMaxSize(PrepareRequest.MAX_MEMBERS)
                .uniqueElements(Member::id);
        return Combinators.combine(
                        Combinators.combine(transactionIds(), attempts(), chunkIds(), counts())
                                .as(List::of),
                        bases(),
                        counts(),
                        Combinators.combine(Arbitraries.of(true, false), Arbitraries.of(Durability.class))
                                .as(List::of),
                        attributes(),
                        chains,
                        uuids(),
                        timeouts())
                .as((ids, base, number, flags, attributes, chain, log, timeout) ->
                        new Request.Prepare(new PrepareRequest(
                                (TransactionId) ids.get(0),
                                (Attempt) ids.get(1),
                                (ChunkId) ids.get(2),
                                base,
                                number,
                                (Boolean) flags.get(0),
                                number,
                                attributes,
                                (Durability) flags.get(1),
                                chain,
                                log,
                                timeout,
                                (Long) ids.get(3))));
    }

    private static Arbitrary<Response> receipts() {
        return Combinators.combine(
                        transactionIds(),
                        chunkIds(),
                        versions(),
                        counts(),
                        Arbitraries.integers(),
                        Arbitraries.of(Durability.class),
                        Arbitraries.integers().between(0, 16),
                        serverIds().list().ofMaxSize(16))
                .as(io.chunkserver.core.commit.Receipt::new)
                .map(Response.Receipt::new);
    }

    private static Arbitrary<Response> contents() {
        return Combinators.combine(
                        chunkInfos(),
                        attributes(),
                        Arbitraries.integers().greaterOrEqual(0),
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.doubles().between(0, 1))
                .as((info, attributes, block, start, part) -> {
                    long offset = (long) (info.lengthBytes() * start);
                    return new Response.Content(
                            info, attributes, block, offset, (long) ((info.lengthBytes() - offset) * part));
                });
    }

    private static Arbitrary<ServerStatus> statuses() {
        return Combinators.combine(
                        serverHellos(),
                        texts(Limits.MAX_WORD_CHARACTERS),
                        counts().list().ofSize(8),
                        Arbitraries.longs().list().ofSize(6),
                        Arbitraries.of(Durability.class),
                        serverIds().list().ofMaxSize(16),
                        masterConnections().list().ofMaxSize(3),
                        Combinators.combine(scrubs(), directories().list().ofMaxSize(3))
                                .as(Map::entry))
                .as((who, word, counts, space, durability, chain, masters, more) -> new ServerStatus(
                        who.serverId(),
                        who.uuid(),
                        who.address(),
                        who.location(),
                        word,
                        word,
                        who.software(),
                        counts.get(0),
                        counts.get(1),
                        space(space, word),
                        counts.get(2),
                        counts.get(3),
                        Duration.ofMillis(counts.get(4)),
                        counts.get(5),
                        durability,
                        chain,
                        masters,
                        counts.get(6),
                        counts.get(7),
                        more.getKey(),
                        more.getValue()));
    }

    private static ServerStatus.Space space(List<Long> numbers, String level) {
        return new ServerStatus.Space(
                numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3), numbers.get(4), level, numbers.get(5));
    }

    private static Arbitrary<ServerStatus.Directory> directories() {
        return Combinators.combine(
                        texts(Limits.MAX_WORD_CHARACTERS),
                        counts(),
                        Arbitraries.longs().list().ofSize(6),
                        Arbitraries.create(UUID::randomUUID))
                .as((word, chunks, space, uuid) -> new ServerStatus.Directory(
                        uuid, word, word, word, chunks, chunks, chunks, chunks % 2 == 0, space(space, word)));
    }

    private static Arbitrary<ScrubStatus> scrubs() {
        Arbitrary<Optional<Long>> millis =
                Arbitraries.longs().between(0, 1L << 50).optional();
        return Combinators.combine(Arbitraries.of(true, false), counts().list().ofSize(7), millis, millis, millis)
                .as((running, counts, started, ended, left) -> new ScrubStatus(
                        running,
                        counts.get(0),
                        counts.get(1),
                        counts.get(2),
                        counts.get(3),
                        counts.get(4),
                        counts.get(5),
                        counts.get(6),
                        started.map(Instant::ofEpochMilli),
                        ended.map(Instant::ofEpochMilli),
                        left.map(Duration::ofMillis)));
    }

    private static Arbitrary<MasterConnection> masterConnections() {
        return Combinators.combine(addresses().map(ServerAddress::toString), Arbitraries.of(true, false), texts(100))
                .as(MasterConnection::new);
    }

    static Arbitrary<TransactionSummary> summaries() {
        return Combinators.combine(
                        transactionIds(),
                        attempts(),
                        chunkIds(),
                        versions(),
                        Arbitraries.of(TransactionState.class),
                        members().list().ofMaxSize(16),
                        serverIds().list().ofMaxSize(16),
                        Arbitraries.of(true, false))
                .as((transaction, attempt, chunk, version, state, chain, waiting, byHand) -> new TransactionSummary(
                        transaction,
                        attempt,
                        chunk,
                        version,
                        version.number() % 2 == 0,
                        state,
                        chain,
                        waiting,
                        byHand));
    }

    private static Arbitrary<Vote> votes() {
        return Combinators.combine(serverIds(), failures().injectNull(0.5)).as(Vote::new);
    }

    static Arbitrary<ChunkInfo> chunkInfos() {
        return Combinators.combine(
                        chunkIds(),
                        Arbitraries.longs().greaterOrEqual(1),
                        transactionIds(),
                        counts(),
                        counts(),
                        Arbitraries.integers(),
                        Arbitraries.of(true, false))
                .as((id, version, transaction, epoch, stored, crc, tombstone) -> new ChunkInfo(
                        id,
                        new ChunkVersion(version),
                        transaction,
                        epoch,
                        tombstone ? 0 : stored,
                        crc,
                        stored,
                        tombstone));
    }

    static Arbitrary<ChunkId> chunkIds() {
        Arbitrary<String> segments = Arbitraries.strings()
                .withCharRange('!', '.')
                .withCharRange('0', '~')
                .withChars('ä', '漢', ' ')
                .ofMinLength(1)
                .ofMaxLength(20)
                .filter(segment -> !segment.equals(".") && !segment.equals(".."));
        return Combinators.combine(
                        segments.list().ofMinSize(1).ofMaxSize(5),
                        Arbitraries.of("", "/"),
                        Arbitraries.integers().greaterOrEqual(0))
                .as((path, root, index) -> new ChunkId(root + String.join("/", path), index));
    }

    private static Arbitrary<ReadMode> readModes() {
        return Arbitraries.oneOf(
                Arbitraries.of(ReadMode.COMMITTED, ReadMode.LATEST), versions().map(ReadMode::atLeast));
    }

    private static Arbitrary<Attributes> attributes() {
        return Arbitraries.maps(texts(20).filter(key -> !key.isEmpty()), texts(40))
                .ofMaxSize(10)
                .map(Attributes::new);
    }

    static Arbitrary<Member> members() {
        return Combinators.combine(serverIds(), texts(255).filter(text -> !text.isEmpty()), locations())
                .as(Member::new);
    }

    static Arbitrary<Location> locations() {
        Arbitrary<Double> coordinates = Arbitraries.oneOf(
                Arbitraries.doubles(), Arbitraries.of(-0.0, Double.MIN_VALUE, Double.MAX_VALUE, 1.0 / 3));
        return Combinators.combine(coordinates, coordinates).as(Location::new);
    }

    private static Arbitrary<ServerAddress> addresses() {
        Arbitrary<String> hosts = Arbitraries.of("localhost", "10.0.0.1", "::1", "fe80::1%eth0", "a.b-c.example", "h");
        return Combinators.combine(hosts, Arbitraries.integers().between(0, 65_535))
                .as(ServerAddress::new);
    }

    static Arbitrary<TransactionId> transactionIds() {
        return Combinators.combine(words(), counts(), counts()).as(TransactionId::new);
    }

    private static Arbitrary<Attempt> attempts() {
        Arbitrary<Long> parts = Arbitraries.longs().greaterOrEqual(1);
        return Combinators.combine(parts, parts).as(Attempt::new);
    }

    static Arbitrary<ServerId> serverIds() {
        return words().map(ServerId::new);
    }

    static Arbitrary<String> words() {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .withCharRange('A', 'Z')
                .numeric()
                .withChars('.', '_', '-')
                .ofMinLength(1)
                .ofMaxLength(64);
    }

    /** Anything that is valid Unicode, quotes, control characters and surrogate pairs included. */
    static Arbitrary<String> texts(int maxCharacters) {
        Arbitrary<String> characters = Arbitraries.oneOf(
                Arbitraries.chars().ascii().map(String::valueOf),
                Arbitraries.of("\"", "\\", "\n", "\0", "ü", "\u2028", "\uFFFF", "漢", "\uD83D\uDE00"));
        return characters.list().ofMaxSize(maxCharacters / 2).map(list -> String.join("", list));
    }

    /** Versions that can be replaced: all but the last there is. */
    private static Arbitrary<ChunkVersion> bases() {
        return counts().map(count -> new ChunkVersion(Math.min(count, Long.MAX_VALUE - 1)));
    }

    static Arbitrary<ChunkVersion> versions() {
        return counts().map(ChunkVersion::new);
    }

    static Arbitrary<Long> counts() {
        return Arbitraries.longs().greaterOrEqual(0);
    }

    static Arbitrary<UUID> uuids() {
        return Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new);
    }

    private static Arbitrary<Duration> storeTimeouts() {
        return Arbitraries.longs()
                .between(1, StoreRequest.MAX_TIMEOUT.toMillis())
                .map(Duration::ofMillis);
    }

    static Arbitrary<Duration> timeouts() {
        return Arbitraries.longs().between(1, Request.MAX_TIMEOUT.toMillis()).map(Duration::ofMillis);
    }
}
