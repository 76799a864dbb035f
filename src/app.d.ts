declare global {
  namespace App {
    interface Error {
      message: string;
      detail?: string;
      code?: string;
    }
    interface Locals {
      locale: string;
      theme: 'floor' | 'day' | 'system';
    }
  }
}

export {};
