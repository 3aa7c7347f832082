package io.chunkserver.core.testkit;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StageRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * Generators of the domain's values for jqwik. All produce only what the value's constructor accepts, and favour the
 * edges at which software errs.
 */
public final class ChunkArbitraries {

    /** Around a torn sector, a page and a checksum block. */
    private static final Integer[] EDGE_SIZES = {
        0,
        1,
        511,
        512,
        513,
        4095,
        4096,
        4097,
        BlockLayout.BLOCK_BYTES - 1,
        BlockLayout.BLOCK_BYTES,
        BlockLayout.BLOCK_BYTES + 1,
        2 * BlockLayout.BLOCK_BYTES
    };

    private static final int MAX_SEGMENTS = 4;
    private static final int MAX_SEGMENT_CHARACTERS = 20;

    private ChunkArbitraries() {}

    /** Ids with short paths in any script, and now and then the longest path. */
    public static Arbitrary<ChunkId> chunkIds() {
        Arbitrary<Integer> indexes =
                Arbitraries.integers().greaterOrEqual(0).edgeCases(edges -> edges.add(0, Integer.MAX_VALUE));
        return Combinators.combine(paths(), indexes).as(ChunkId::new);
    }

    private static Arbitrary<String> paths() {
        Arbitrary<String> segments = Arbitraries.strings()
                .withChars('a', 'b', 'Z', '0', '.', ' ', '#', '%', '\\', ':', '\u00e9', '\u4e2d')
                .withCharRange('a', 'z')
                .ofMinLength(1)
                .ofMaxLength(MAX_SEGMENT_CHARACTERS)
                .filter(segment -> !segment.equals(".") && !segment.equals(".."));
        Arbitrary<String> relative =
                segments.list().ofMinSize(1).ofMaxSize(MAX_SEGMENTS).map(parts -> String.join("/", parts));
        Arbitrary<String> usual =
                Combinators.combine(Arbitraries.of("", "/"), relative).as(String::concat);
        return Arbitraries.frequencyOf(
                Tuple.of(20, usual), Tuple.of(1, Arbitraries.just("x".repeat(ChunkId.MAX_PATH_BYTES))));
    }

    /** Few ids, so that operations meet on the same chunk. */
    public static Arbitrary<ChunkId> fewChunkIds() {
        return Arbitraries.of(new ChunkId("/a", 0), new ChunkId("/a", 1), new ChunkId("/a/b", 0), new ChunkId("c", 0));
    }

    /** Versions from 1. */
    public static Arbitrary<ChunkVersion> versions() {
        return Arbitraries.longs().greaterOrEqual(1).map(ChunkVersion::new);
    }

    /** Sizes of chunks up to somewhat over two checksum blocks, mostly at an edge. */
    public static Arbitrary<Integer> sizes() {
        return Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.of(EDGE_SIZES)),
                Tuple.of(1, Arbitraries.integers().between(0, 2 * BlockLayout.BLOCK_BYTES + 1000)));
    }

    /** Bytes of a chunk, of one of the {@link #sizes()}. */
    public static Arbitrary<byte[]> data() {
        return Combinators.combine(sizes(), Arbitraries.longs()).as((size, seed) -> {
            byte[] bytes = new byte[size];
            new Random(seed).nextBytes(bytes);
            return bytes;
        });
    }

    /** Attributes from none to as many bytes as are allowed. */
    public static Arbitrary<Attributes> attributes() {
        Arbitrary<String> keys = Arbitraries.strings()
                .withCharRange('a', 'z')
                .withChars('-', '\u00e4')
                .ofMinLength(1)
                .ofMaxLength(12);
        Arbitrary<String> values = Arbitraries.strings()
                .withCharRange(' ', '~')
                .withChars('\n', '\u20ac')
                .ofMaxLength(40);
        Arbitrary<Attributes> some = Arbitraries.maps(keys, values).ofMaxSize(8).map(Attributes::new);
        Map<String, String> largest = Map.of("k", "v".repeat(Attributes.MAX_BYTES - 1));
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just(Attributes.NONE)),
                Tuple.of(6, some),
                Tuple.of(1, Arbitraries.just(new Attributes(largest))));
    }

    /** Names of servers. */
    public static Arbitrary<ServerId> serverIds() {
        return names(ServerId.MAX_CHARACTERS).map(ServerId::new);
    }

    /** Transactions of any client. */
    public static Arbitrary<TransactionId> transactionIds() {
        Arbitrary<Long> numbers = Arbitraries.longs().greaterOrEqual(0);
        return Combinators.combine(names(TransactionId.MAX_CLIENT_CHARACTERS), numbers, numbers)
                .as(TransactionId::new);
    }

    private static Arbitrary<String> names(int maxCharacters) {
        return Arbitraries.strings()
                .withCharRange('A', 'Z')
                .withCharRange('a', 'z')
                .withCharRange('0', '9')
                .withChars('.', '_', '-')
                .ofMinLength(1)
                .ofMaxLength(maxCharacters);
    }

    /** Attempts of any coordinator. */
    public static Arbitrary<Attempt> attempts() {
        Arbitrary<Long> parts = Arbitraries.longs().greaterOrEqual(1);
        return Combinators.combine(parts, parts).as(Attempt::new);
    }

    /** Attempts of transactions. */
    public static Arbitrary<StageKey> stageKeys() {
        return Combinators.combine(transactionIds(), attempts()).as(StageKey::new);
    }

    /** Versions to stage, tombstones among them. */
    public static Arbitrary<StageRequest> stageRequests() {
        return Combinators.combine(
                        chunkIds(),
                        versions(),
                        stageKeys(),
                        Arbitraries.longs().greaterOrEqual(0),
                        Arbitraries.of(false, false, false, true),
                        attributes(),
                        Arbitraries.of(Durability.class))
                .as(StageRequest::new);
    }

    /** Any bytes, from none to somewhat more than the longest footer of a chunk file. */
    public static Arbitrary<byte[]> garbage() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.bytes().array(byte[].class).ofMaxSize(600)),
                Tuple.of(1, Arbitraries.strings().ofMaxLength(200).map(text -> text.getBytes(StandardCharsets.UTF_8))));
    }
}
