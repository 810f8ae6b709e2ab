extension Checker {
  mutating func checkNoise() {
    let noise = model.controller.noise
    guard noise.kind != .none else { return }
    if model.controller.kind == "none" {
      report(
        "noise shakes the control, and there is none: use another `controller.kind`",
        at: "controller.noise")
    }
    if noise.step >= 2 * noise.tau {
      report(
        "a step of \(noise.step) is too long for noise of the time constant \(noise.tau); it must be "
          + "less than twice that", at: "controller.noise.step")
    }
    for population in model.network.populations
    where population.role == .state && noise.step >= 2 * population.tau {
      report(
        "an Euler\u{2013}Maruyama step of \(noise.step) makes the units of `\(population.name)` "
          + "unstable, whose `tau` is \(population.tau); it must be less than twice that",
        at: "controller.noise.step")
    }
  }
}
