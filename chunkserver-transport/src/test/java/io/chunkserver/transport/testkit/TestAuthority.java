package io.chunkserver.transport.testkit;

import io.chunkserver.transport.security.TlsConfig;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;

/** Signs certificates for tests, and puts them where a {@link TlsConfig} finds them. */
public final class TestAuthority {

    private final X509Bundle root;
    private final Path folder;
    private int signed;

    /** An authority of its own, whose files go into this folder, of which it is the only user. */
    public TestAuthority(Path folder) throws Exception {
        this.folder = Files.createDirectories(folder);
        this.root = new CertificateBuilder()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(certificates(), root.getCertificatePEM());
    }

    /** The file with the authority's own certificate. */
    public Path certificates() {
        return folder.resolve("authority.pem");
    }

    /** Who has a certificate for one IP address, and trusts whom the authority has signed. */
    public TlsConfig memberAt(String ipAddress) throws Exception {
        return member(new CertificateBuilder().addSanIpAddress(ipAddress));
    }

    /** Who has a certificate for one host name, and trusts whom the authority has signed. */
    public TlsConfig memberNamed(String host) throws Exception {
        return member(new CertificateBuilder().addSanDnsName(host));
    }

    private TlsConfig member(CertificateBuilder holder) throws Exception {
        X509Bundle made = holder.subject("CN=member").buildIssuedBy(root);
        signed++;
        Path certificate = folder.resolve("member-" + signed + ".pem");
        Path key = folder.resolve("member-" + signed + ".key");
        Files.writeString(certificate, made.getCertificatePEM());
        Files.writeString(key, made.getPrivateKeyPEM());
        return new TlsConfig(certificate, key, certificates());
    }

    /** Who has no certificate, and trusts whom the authority has signed. */
    public TlsConfig stranger() {
        return new TlsConfig(null, null, certificates());
    }
}
