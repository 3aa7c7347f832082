package io.chunkserver.runner.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, which every JDK has. */
public final class Sha256 {

    private Sha256() {}

    /** The SHA-256 of a local file, in hexadecimal. */
    public static String of(Path file) throws IOException {
        MessageDigest digest = start();
        try (InputStream bytes = Files.newInputStream(file)) {
            bytes.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        }
        return hexadecimal(digest);
    }

    static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }

    /** A digest that has seen what the other one has; the other one is left as it is. */
    static MessageDigest copy(MessageDigest other) {
        try {
            return (MessageDigest) other.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the SHA-256 of this JDK cannot be copied", e);
        }
    }

    static String hexadecimal(MessageDigest complete) {
        return HexFormat.of().formatHex(complete.digest());
    }
}
