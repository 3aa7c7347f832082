package io.chunkserver.transport.protocol;

import java.util.List;

/**
 * The first frame of the one who opens a connection.
 *
 * @param versions the versions of the protocol that it speaks, 1 to {@value #MAX_VERSIONS} of them
 * @param role     what it is
 * @param software name and version of its software, for the log of the other side
 */
public record ClientHello(List<Integer> versions, PeerRole role, String software) {

    /** The most versions that a hello names. */
    public static final int MAX_VERSIONS = 64;

    public ClientHello {
        versions = List.copyOf(versions);
        if (versions.isEmpty() || versions.size() > MAX_VERSIONS) {
            throw new IllegalArgumentException(
                    "a hello names " + versions.size() + " versions; 1 to " + MAX_VERSIONS + " are allowed");
        }
        Limits.checkWord("software", software);
    }

    /** The hello of this software. */
    public static ClientHello of(PeerRole role, String software) {
        return new ClientHello(List.of(FrameFormat.VERSION), role, software);
    }

    /** Whether the sender speaks the version that is spoken here. */
    public boolean offersOurVersion() {
        return versions.contains(FrameFormat.VERSION);
    }
}
