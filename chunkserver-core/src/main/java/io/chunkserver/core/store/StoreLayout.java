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
 * chunks/2a/1f/HASH.BOOT.COUNTER.staged
 *                                    HASH: SHA-256 of the transaction's id; then its attempt
 * quarantine/...                     see {@link Quarantine}
 * </pre>
 *
 * <p>Names are hashes so that no text which a client sent ever becomes one.
 *
 * <p>A staged file lies in the folder that its chunk's file has or will have. Publishing is then a rename within one folder,
 * which a crash undoes wholly or not at all. A folder of all staged files would be forced for the sake of one of them while
 * another has been moved out of it, and the other's new name, in a folder that is not forced, could be lost with its old one.
 */
record StoreLayout(Path chunks, Path quarantine) {

    private static final int FAN_OUT_WIDTH = 64;

    private static final String HASH = "[0-9a-f]{64}";
    private static final Pattern CHUNK = Pattern.compile(HASH + "\\.chunk");
    private static final Pattern STAGED = Pattern.compile(HASH + "\\.[0-9]+\\.[0-9]+\\.staged");

    Path chunkFile(ChunkId chunk) {
        return chunkFile(hash(chunk));
    }

    /** The hash in the name of a chunk's file. */
    static String hash(ChunkId chunk) {
        return HexFormat.of().formatHex(sha256(chunk.toString()));
    }

    /** The hash in a name of the form {@link #isChunk}. */
    static String hash(Path chunkFile) {
        String name = chunkFile.getFileName().toString();
        return name.substring(0, name.indexOf('.'));
    }

    /** The file of the chunk whose id has this hash. */
    Path chunkFile(String hash) {
        return folder(HexFormat.of().parseHex(hash)).resolve(hash + ".chunk");
    }

    Path stagedFile(ChunkId chunk, StageKey key) {
        String transaction = HexFormat.of().formatHex(sha256(key.transaction().toString()));
        return folder(sha256(chunk.toString())).resolve(transaction + "." + key.attempt() + ".staged");
    }

    private Path folder(byte[] chunkHash) {
        return folder(folderNumber(chunkHash));
    }

    /** The folder with this number, see {@link #folderNumber}. */
    Path folder(int number) {
        return chunks.resolve(fanOut(number / FAN_OUT_WIDTH)).resolve(fanOut(number % FAN_OUT_WIDTH));
    }

    /** The folder of a chunk's file, from 0 to 4095: 64 times the number of the upper one, and that of the lower. */
    static int folderNumber(ChunkId chunk) {
        return folderNumber(sha256(chunk.toString()));
    }

    /** The first 12 bits of the hash. */
    private static int folderNumber(byte[] chunkHash) {
        return (chunkHash[0] & 0xFF) << 4 | (chunkHash[1] & 0xFF) >>> 4;
    }

    /** The number of a lower folder. */
    int folderNumber(Path lower) {
        int names = lower.getNameCount();
        return HexFormat.fromHexDigits(lower.getName(names - 2).toString()) * FAN_OUT_WIDTH
                + HexFormat.fromHexDigits(lower.getName(names - 1).toString());
    }

    static void checkFolderNumber(int number) {
        if (number < 0 || number >= FAN_OUT_WIDTH * FAN_OUT_WIDTH) {
            throw new IllegalArgumentException("there is no folder " + number);
        }
    }

    private static String fanOut(int bits) {
        return HexFormat.of().toHexDigits(bits, 2);
    }

    /** By hand: a start asks it of thousands of folders before anything is compiled. */
    static boolean isFanOut(Path name) {
        String text = name.toString();
        if (text.length() != 2 || text.charAt(0) < '0' || text.charAt(0) > '3') {
            return false;
        }
        char second = text.charAt(1);
        return (second >= '0' && second <= '9') || (second >= 'a' && second <= 'f');
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
