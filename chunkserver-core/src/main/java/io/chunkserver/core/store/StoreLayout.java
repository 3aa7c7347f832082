package io.chunkserver.core.store;

import io.chunkserver.core.model.ChunkId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Where each file of a store lies.
 *
 * <pre>
 * chunks/2a/1f/HASH.chunk            HASH: SHA-256 of the chunk's id in 64 hexadecimal digits;
 *                                    the folders are its first and its next 6 bits, 00 to 3f each
 * staged/HASH.BOOT.COUNTER.staged    HASH: SHA-256 of the transaction's id; then its attempt
 * quarantine/NAME                    as it was called before, with a number when that is taken
 * </pre>
 *
 * <p>Names are hashes so that no text which a client sent ever becomes one.
 */
record StoreLayout(Path chunks, Path staged, Path quarantine) {

    private static final String HASH = "[0-9a-f]{64}";
    private static final Pattern FAN_OUT = Pattern.compile("[0-3][0-9a-f]");
    private static final Pattern CHUNK = Pattern.compile(HASH + "\\.chunk");
    private static final Pattern STAGED = Pattern.compile(HASH + "\\.[0-9]+\\.[0-9]+\\.staged");

    Path chunkFile(ChunkId chunk) {
        byte[] hash = sha256(chunk.toString());
        int first = (hash[0] & 0xFF) >>> 2;
        int second = (hash[0] & 0x03) << 4 | (hash[1] & 0xFF) >>> 4;
        return chunks.resolve(fanOut(first))
                .resolve(fanOut(second))
                .resolve(HexFormat.of().formatHex(hash) + ".chunk");
    }

    private static String fanOut(int bits) {
        return HexFormat.of().toHexDigits(bits, 2);
    }

    Path stagedFile(StageKey key) {
        String hash = HexFormat.of().formatHex(sha256(key.transaction().toString()));
        return staged.resolve(hash + "." + key.attempt() + ".staged");
    }

    static boolean isFanOut(Path name) {
        return FAN_OUT.matcher(name.toString()).matches();
    }

    static boolean isChunk(Path name) {
        return CHUNK.matcher(name.toString()).matches();
    }

    static boolean isStaged(Path name) {
        return STAGED.matcher(name.toString()).matches();
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
