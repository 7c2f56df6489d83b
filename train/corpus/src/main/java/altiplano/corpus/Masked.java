package altiplano.corpus;

/// How often each kind of personal data was masked.
public record Masked(int identityCard, int mobile, int bankCard, int email, int ip) {
  public static final Masked NOTHING = new Masked(0, 0, 0, 0, 0);

  public Masked plus(Masked other) {
    return new Masked(
        identityCard + other.identityCard,
        mobile + other.mobile,
        bankCard + other.bankCard,
        email + other.email,
        ip + other.ip);
  }
}
